import { readFile } from "node:fs/promises";
import { join, normalize, sep } from "node:path";

import { lookup } from "mrmime";

import { BROWSER_SCRIPTS, bundleBrowserScript } from "../build/browser-scripts.ts";
import { PAGES_FOLDER } from "../site/pages-folder.ts";
import { readSettings } from "../site/read-settings.ts";
import { ROOT_PAGES } from "../site/return-pages.ts";
import { errorPage, unreadableAddress } from "./error-page.ts";
import { filesAt, redirectAt, type AddressSettings } from "./site-address.ts";

/**
 * Serves the site from its sources, laid out as `npm run build` lays them out, so that an edited page or script is there at the
 * next reload. The headers and addresses are those of vercel.json: what a strict policy breaks, it breaks here first. `print` is told
 * of pages that only one of the hosts would find. `generated` is what the build adds, by path.
 */
export async function createSiteHandler(
  root: string,
  pages = PAGES_FOLDER,
  print: (text: string) => void = () => undefined,
  generated: Readonly<Record<string, string>> = {},
): Promise<(request: Request) => Promise<Response>> {
  const headers = await siteHeaders(root);
  const addresses = await addressSettings(root);

  return async (request) => {
    if (request.method !== "GET" && request.method !== "HEAD") return wrongMethod();
    const { pathname, search } = new URL(request.url);
    const path = decodePath(pathname);
    if (path === undefined) return unreadableAddress();
    const elsewhere = redirectAt(pathname, addresses);
    if (elsewhere !== undefined) {
      return new Response(null, { status: 308, headers: { ...headers, Location: elsewhere + search } });
    }
    for (const file of filesAt(path, addresses)) {
      const body = (await readSiteFile(root, pages, file)) ?? generated[file];
      if (body === undefined) continue;
      return new Response(body, {
        headers: { ...headers, "Content-Type": contentType(file), "Cache-Control": "no-cache" },
      });
    }
    if (/\/[^./]+$/.test(path) && (await readSiteFile(root, pages, `${path}.html`)) !== undefined) {
      print(
        `${path} is not found, ${path}.html is. Netlify shows it at ${path} as well. Vercel does so with "cleanUrls": true in vercel.json; restart npm run dev after changing it.`,
      );
    }
    return notFound(path);
  };

  async function notFound(path: string): Promise<Response> {
    const page = await readIfPresent(join(root, pages, "404.html"));
    if (page === undefined) return missingPage(path, pages);
    return new Response(page, {
      status: 404,
      headers: { ...headers, "Content-Type": contentType("/404.html") },
    });
  }
}

function wrongMethod(): Response {
  const page = errorPage({
    status: 405,
    title: "Pages only take GET",
    text: ["Ask for pages and files with GET. Send the shop's forms to /api/create-checkout-session."],
  });
  page.headers.set("Allow", "GET, HEAD");
  return page;
}

function missingPage(path: string, pages: string): Response {
  return errorPage({
    status: 404,
    title: "There is no such page",
    text: [
      `No file of ${pages}/ belongs to ${path}.`,
      `Add a page ${pages}/404.html, and you and your buyers see that one here.`,
    ],
  });
}

async function readSiteFile(
  root: string,
  pages: string,
  path: string,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const script = BROWSER_SCRIPTS.find((name) => path === `/js/${name}.js`);
  if (script !== undefined) return new Uint8Array(await bundleBrowserScript(script));

  const publicFolder = join(root, pages);
  const file = normalize(join(publicFolder, path));
  const found = file.startsWith(publicFolder + sep) ? await readIfPresent(file) : undefined;
  // A page among the owner's pages wins over the one beside the folder.
  const isReturnPage = ROOT_PAGES.some((page) => path === `/${page}`);
  return found ?? (isReturnPage ? readIfPresent(join(root, path)) : undefined);
}

async function readIfPresent(file: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return new Uint8Array(await readFile(file));
  } catch (error) {
    if (
      error instanceof Error &&
      "code" in error &&
      ["ENOENT", "EISDIR", "ENOTDIR", "ENAMETOOLONG"].includes(String(error.code))
    )
      return undefined;
    throw error;
  }
}

/** From netlify.toml if the owner, who is on Netlify, has deleted vercel.json: both files say the same. */
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

async function addressSettings(root: string): Promise<AddressSettings> {
  const settings = await readSettings(root, "vercel.json");
  const { cleanUrls, trailingSlash } = (settings?.value ?? {}) as AddressSettings;
  return {
    ...(cleanUrls !== undefined && { cleanUrls }),
    ...(trailingSlash !== undefined && { trailingSlash }),
  };
}

function contentType(path: string): string {
  const type = lookup(path) ?? "application/octet-stream";
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
