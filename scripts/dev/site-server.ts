import { readFile } from "node:fs/promises";
import { join, normalize, sep } from "node:path";

import { lookup } from "mrmime";

import { BROWSER_SCRIPTS, bundleBrowserScript } from "../build/browser-scripts.ts";
import { PAGES_FOLDER } from "../site/pages-folder.ts";
import { readSettings } from "../site/read-settings.ts";
import { ROOT_PAGES } from "../site/return-pages.ts";

/**
 * Serves the site from its sources, laid out as `npm run build` lays them out, so that an edited page or script is there at the
 * next reload. The headers are those of vercel.json: what a strict policy breaks, it breaks here first.
 */
export async function createSiteHandler(
  root: string,
  pages = PAGES_FOLDER,
): Promise<(request: Request) => Promise<Response>> {
  const headers = await siteHeaders(root);

  return async (request) => {
    if (request.method !== "GET" && request.method !== "HEAD") {
      return new Response("Method not allowed\n", {
        status: 405,
        headers: { ...headers, Allow: "GET, HEAD" },
      });
    }
    const path = decodePath(new URL(request.url).pathname);
    const body = path === undefined ? undefined : await readSiteFile(root, pages, path);
    if (path !== undefined && body !== undefined) {
      return new Response(body, {
        headers: { ...headers, "Content-Type": contentType(path), "Cache-Control": "no-cache" },
      });
    }
    const notFound = await readIfPresent(join(root, pages, "404.html"));
    return new Response(notFound ?? "Not found\n", {
      status: 404,
      headers: { ...headers, "Content-Type": contentType("/404.html") },
    });
  };
}

async function readSiteFile(
  root: string,
  pages: string,
  path: string,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const script = BROWSER_SCRIPTS.find((name) => path === `/js/${name}.js`);
  if (script !== undefined) return new Uint8Array(await bundleBrowserScript(script));

  const publicFolder = join(root, pages);
  const file = normalize(join(publicFolder, path.endsWith("/") ? `${path}index.html` : path));
  const found = file.startsWith(publicFolder + sep) ? await readIfPresent(file) : undefined;
  // One among the owner's pages goes before the one beside the folder.
  const isReturnPage = ROOT_PAGES.some((page) => path === `/${page}`);
  return found ?? (isReturnPage ? readIfPresent(join(root, path)) : undefined);
}

async function readIfPresent(file: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return new Uint8Array(await readFile(file));
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "EISDIR"))
      return undefined;
    throw error;
  }
}

/** Those of netlify.toml where the owner, who is on Netlify, has deleted vercel.json: the two say the same. */
async function siteHeaders(root: string): Promise<Record<string, string>> {
  const settings = await readSettings(root, "vercel.json");
  if (settings === undefined) return netlifyHeaders(root);
  const { headers = [] } = settings.value as {
    headers?: { headers: { key: string; value: string }[] }[];
  };
  return Object.fromEntries(headers.flatMap((rule) => rule.headers).map(({ key, value }) => [key, value]));
}

async function netlifyHeaders(root: string): Promise<Record<string, string>> {
  const toml = new TextDecoder().decode(await readIfPresent(join(root, "netlify.toml")));
  const [, values = ""] = /^\s*\[headers\.values\]\s*\n((?:\s*[\w-]+ *= *".*"\s*\n?)*)/m.exec(toml) ?? [];
  return Object.fromEntries(
    [...values.matchAll(/^\s*([\w-]+) *= *"(.*)"/gm)].map(([, key = "", value = ""]) => [key, value]),
  );
}

function contentType(path: string): string {
  const type = lookup(path.endsWith("/") ? "index.html" : path) ?? "application/octet-stream";
  return type.startsWith("text/") ? `${type}; charset=utf-8` : type;
}

/** Undefined for a path that is not valid percent-encoding, or that smuggles a NUL. */
function decodePath(pathname: string): string | undefined {
  try {
    const path = decodeURIComponent(pathname);
    return path.includes("\0") ? undefined : path;
  } catch {
    return undefined;
  }
}
