import { isAbsolute, relative, sep } from "node:path";

/**
 * The folders of the project that no page may come from, and why. Published, most would show what is sold or secret; `dist` and `build` are
 * deleted by each build.
 */
const OFF_LIMITS: Readonly<Record<string, string>> = {
  dist: "which the build deletes and rebuilds",
  build: "which the build deletes and rebuilds",
  private: "which holds what you sell",
  node_modules: "which holds the installed packages",
  api: "which holds the functions",
  netlify: "which holds the functions",
  core: "which holds the shop's code",
  cli: "which holds the shop's code",
  simulator: "which holds the shop's code",
  bench: "which holds the shop's code",
  tests: "which holds the shop's code",
  js: "which holds the sources of the browser scripts",
  ".git": "which holds the history of the project",
  ".github": "which holds settings",
  ".ci": "which holds settings",
  ".data": "which holds the orders of `npm run dev`",
  ".vercel": "which Vercel's command line makes",
  ".netlify": "which Netlify's command line makes",
};

/**
 * Why nothing in `path` may be published, as the end of a sentence ("leads to dist/, which …"); undefined when it may. Both are real paths, with
 * links followed. Capital and small letters are one here: on many machines they are the same folder.
 */
export function offLimits(root: string, path: string): string | undefined {
  const inside = relative(root, path);
  if (inside === "") return "leads to the whole project, with all that is sold and secret";
  if (inside === ".." || inside.startsWith(`..${sep}`) || isAbsolute(inside))
    return "leads out of this project, and your host does not have that folder";
  const [top = ""] = inside.toLowerCase().split(sep);
  const why = OFF_LIMITS[top];
  return why === undefined ? undefined : `leads to ${top}/, ${why}`;
}

/** A secret file, wherever it is. The example holds no values. */
export function isSecretFile(name: string): boolean {
  return /^\.env(?:\.|$)/i.test(name) && name.toLowerCase() !== ".env.example";
}

/** Not part of a site, though in a folder of pages: a repository's history, installed packages. */
export function isLeftOut(name: string): boolean {
  return name === ".git" || name === "node_modules";
}
