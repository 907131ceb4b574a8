import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ROOT = new URL("../../", import.meta.url);

/**
 * Unpacks the shop's code as it was at a revision, inside the project, so that it finds its packages.
 * @throws an Error with one sentence when Git knows no such revision, or when a package that it needs is not installed any more.
 */
export function checkOutVersion(revision: string): URL {
  const git = (...words: string[]): Buffer =>
    execFileSync("git", words, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"], maxBuffer: 2 ** 28 });
  let commit: string;
  try {
    commit = git("rev-parse", "--verify", "--end-of-options", `${revision}^{commit}`).toString().trim();
  } catch (error) {
    throw new Error(`--beside needs a revision that Git knows, not "${revision}".`, { cause: error });
  }
  const folder = new URL(`build/versions/${commit}/`, ROOT);
  if (!existsSync(folder)) {
    const archive = git("archive", commit, "core", "package.json");
    mkdirSync(folder, { recursive: true });
    execFileSync("tar", ["-x", "-C", fileURLToPath(folder)], { input: archive });
  }
  requirePackages(folder, revision);
  return folder;
}

function requirePackages(folder: URL, revision: string): void {
  const manifest = readFileSync(new URL("package.json", folder), "utf8");
  const { dependencies } = JSON.parse(manifest) as { dependencies: Record<string, string> };
  const missing = Object.entries(dependencies)
    .filter(([name]) => !existsSync(new URL(`node_modules/${name}/package.json`, ROOT)))
    .map(([name, version]) => `${name}@${version}`);
  if (missing.length > 0)
    throw new Error(
      `The version of ${revision} needs packages that are not installed: npm install --no-save ${missing.join(" ")}`,
    );
}
