import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import type { Metafile } from "esbuild";

export interface ThirdParty {
  name: string;
  version: string;
  /** As its package.json says it, an SPDX expression. */
  license: string;
  /** The license text to pass on with the package; empty when neither the package nor its repository is known to have one. */
  text: string;
}

/** The packages that have code in a bundle, by name. A package that is imported but left out of the bundle is not shipped. */
export async function bundledPackages(root: string, { outputs }: Metafile): Promise<ThirdParty[]> {
  const files = Object.values(outputs).flatMap(({ inputs }) =>
    Object.keys(inputs).filter((file) => (inputs[file]?.bytesInOutput ?? 0) > 0),
  );
  const folders = new Set(files.flatMap((file) => packageFolder(file) ?? []));
  const packages: ThirdParty[] = [];
  for (const folder of [...folders].toSorted()) packages.push(await readPackage(join(root, folder)));
  for (const one of packages) if (one.text === "") one.text = await textOfRepository(one, packages);
  return packages;
}

const TEXTS_OF_REPOSITORIES: Readonly<Record<string, string>> = {
  // https://github.com/standard-webhooks/standard-webhooks/blob/main/libraries/LICENSE
  standardwebhooks: "licenses/standardwebhooks.txt",
};

/** Some packages omit their repository's license, although it must go with every copy. */
async function textOfRepository({ name, license }: ThirdParty, all: readonly ThirdParty[]): Promise<string> {
  const file = TEXTS_OF_REPOSITORIES[name];
  if (file !== undefined) return (await readFile(new URL(file, import.meta.url), "utf8")).trim();
  // One repository, one license, which only some of its packages include: https://github.com/aws/aws-sdk-js-v3
  if (!name.startsWith("@aws-sdk/")) return "";
  const isSibling = (one: ThirdParty): boolean => one.name.startsWith("@aws-sdk/") && one.license === license;
  return all.find((one) => isSibling(one) && one.text !== "")?.text ?? "";
}

/** Every license once, under the names of the packages that it is for. */
export function thirdPartyNotices(packages: readonly ThirdParty[]): string {
  const texts = new Set(packages.map(({ text }) => text));
  const parts = [...texts].map((text) => {
    const under = packages.filter((one) => one.text === text);
    const names = under.map(({ name, version, license }) => `${name} ${version} (${license})`);
    return `${names.join("\n")}\n\n${text}`.trimEnd();
  });
  const line = "─".repeat(80);
  return `The functions' bundle holds code of these packages.\n\n${parts.join(`\n\n${line}\n\n`)}\n`;
}

/** `a/node_modules/@b/c/d.js` → `a/node_modules/@b/c`. */
function packageFolder(file: string): string | undefined {
  return /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file.replaceAll("\\", "/"))?.[0];
}

async function readPackage(folder: string): Promise<ThirdParty> {
  const { name, version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as {
    name: string;
    version: string;
    license?: string;
  };
  const files = (await readdir(folder)).filter((file) => /^(?:licen[cs]e|notice|copying)/i.test(file)).toSorted();
  const texts: string[] = [];
  for (const file of files) texts.push(await readFile(join(folder, file), "utf8"));
  return { name, version, license: license ?? "unknown", text: texts.join("\n").trim() };
}
