import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { build, type BuildFailure, type Message } from "esbuild";

import { ROUTES } from "../../core/routes/table.ts";
import type { Catalog } from "../../core/shop-definition/catalog.ts";
import { SHOP_CONFIG } from "../site/load-site.ts";
import { SiteError } from "../site/site-error.ts";
import { bundledPackages, thirdPartyNotices } from "./third-party.ts";

/**
 * Bundles the functions' code, because neither host bundles npm packages: unbundled, Stripe's SDK costs every cold start several times what
 * the bundle does (`npm run bench` measures it). The bundle includes the catalog and shop.config.ts, which may hold the owner's own code.
 */
export async function buildFunctions(root: string, outputFolder: string, catalog: Catalog): Promise<void> {
  await rm(outputFolder, { recursive: true, force: true });
  const { metafile, warnings } = await build({
    stdin: { contents: entry(root, catalog), resolveDir: root, sourcefile: "app.ts", loader: "ts" },
    outdir: outputFolder,
    entryNames: "app",
    outExtension: { ".js": ".mjs" },
    bundle: true,
    // Lazy imports get a chunk of their own: the AWS SDK loads only where DynamoDB is on.
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node22",
    // The packages' ES modules are smaller than their CommonJS builds, which esbuild would take for Node.
    mainFields: ["module", "main"],
    // Identifiers are not minified: a stack trace should name our functions, and esbuild's keepNames, which restores the names, costs more
    // at every start than the longer names do.
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: "none",
    banner: { js: COMMONJS_IN_ESM },
    logLevel: "silent",
    metafile: true,
    absWorkingDir: root,
  }).catch((error: Partial<BuildFailure>) => {
    throw new SiteError((error.errors ?? []).map(sentence), { cause: error });
  });
  for (const warning of warnings) console.warn(sentence(warning));
  const notices = thirdPartyNotices(await bundledPackages(root, metafile));
  await writeFile(join(outputFolder, "THIRD-PARTY-NOTICES.txt"), notices);
  await writeFile(join(outputFolder, "app.d.mts"), types());
}

function sentence({ text, location }: Message): string {
  return location === null ? text : `${location.file}:${location.line}:${location.column + 1}: ${text}`;
}

/**
 * What the adapters call, set up once per instance from the host's environment: `shop`, which serves every route, and one export for each
 * handler of the app.
 */
const HANDLERS = [...Object.keys(ROUTES), "scheduledReconcile"];

function entry(root: string, catalog: Catalog): string {
  const definition = existsSync(join(root, SHOP_CONFIG))
    ? `import definition from "./${SHOP_CONFIG}";`
    : "const definition = {};";
  return [
    `import { createApp } from "./core/app.ts";`,
    definition,
    `const site = { shop: definition, catalog: ${JSON.stringify(catalog)} };`,
    `const environment = { ...${JSON.stringify(hostBuildVariables(process.env))}, ...process.env };`,
    `export const { ${HANDLERS.join(", ")}, fetch: shop } = createApp(environment, site);`,
  ].join("\n");
}

function types(): string {
  const exported = [...HANDLERS.map((name) => [name, name]), ["shop", "fetch"]].map(
    ([name, key]) => `export declare const ${name}: App["${key}"];\n`,
  );
  return `import type { App } from "../core/app.ts";\n\n${exported.join("")}`;
}

/**
 * What Netlify tells the build but not the functions: which kind of deployment this is, and a preview's own address.
 * https://docs.netlify.com/build/functions/environment-variables/#netlify-read-only-variables
 */
function hostBuildVariables(environment: NodeJS.ProcessEnv): Record<string, string | undefined> {
  if (environment["NETLIFY"] === undefined) return {};
  return { CONTEXT: environment["CONTEXT"], DEPLOY_PRIME_URL: environment["DEPLOY_PRIME_URL"] };
}

/** CommonJS packages inside the bundle call `require`, which an ES module does not have. */
const COMMONJS_IN_ESM = [
  'import { createRequire as __createRequire } from "node:module";',
  "const require = __createRequire(import.meta.url);",
].join("\n");
