import { fileURLToPath } from "node:url";

import { build } from "esbuild";

/** The scripts that pages load, as `js/<name>.ts` here and `/js/<name>.js` there. What they share is bundled into each. */
export const BROWSER_SCRIPTS = ["stripe-checkout", "order-page", "canceled-page"] as const;

/** The bytes that are published for one browser script. */
export async function bundleBrowserScript(name: string): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`../../js/${name}.ts`, import.meta.url))],
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2021",
    // Without the tsconfig's `strict` esbuild adds no "use strict", which these scripts do not need.
    tsconfigRaw: {},
    write: false,
    logLevel: "silent",
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error(`esbuild made nothing of js/${name}.ts.`);
  return file.contents;
}
