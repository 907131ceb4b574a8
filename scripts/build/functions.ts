import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { build } from "esbuild";

import { bundledPackages, thirdPartyNotices } from "./third-party.ts";

/**
 * Bundles the functions' code, because neither host bundles npm packages: left alone, Stripe's SDK costs every cold start
 * several times what the bundle does (`npm run bench` measures it).
 */
export async function buildFunctions(root: string, outputFolder: string): Promise<void> {
  await rm(outputFolder, { recursive: true, force: true });
  const { metafile } = await build({
    entryPoints: { app: join(root, "core/functions.ts") },
    outdir: outputFolder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    // A chunk of its own for what is imported lazily: the AWS SDK loads only where DynamoDB is on.
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node22",
    // The packages' ES modules are smaller than their CommonJS builds, which esbuild would take for Node.
    mainFields: ["module", "main"],
    // Identifiers stay: a stack trace should name our functions, and telling each function its old name again, as esbuild's
    // keepNames does, costs more at every start than the longer names.
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: "none",
    banner: { js: COMMONJS_IN_ESM },
    logLevel: "warning",
    metafile: true,
    absWorkingDir: root,
  });
  const notices = thirdPartyNotices(await bundledPackages(root, metafile));
  await writeFile(join(outputFolder, "THIRD-PARTY-NOTICES.txt"), notices);
  await writeFile(join(outputFolder, "app.d.mts"), `export * from "../core/functions.ts";\n`);
}

/** CommonJS packages inside the bundle call `require`, which an ES module does not have. */
const COMMONJS_IN_ESM = [
  'import { createRequire as __createRequire } from "node:module";',
  "const require = __createRequire(import.meta.url);",
].join("\n");
