import { BROWSER_SCRIPTS } from "../build/browser-scripts.ts";
import { FUNCTION_PATHS } from "./function-rules.ts";
import { netlifyFindings, type HostFindings } from "./netlify-rules.ts";
import { PAGES_FOLDER } from "./pages-folder.ts";
import { ROOT_PAGES } from "./return-pages.ts";
import { SiteError } from "./site-error.ts";
import { vercelProblems } from "./vercel-rules.ts";

/**
 * What the host's files, the owner's or an old site's, do to the addresses that the shop needs; each sentence begins with the file and its line.
 * @throws SiteError when vercel.json cannot be read.
 */
export async function hostFindings(
  root: string,
  folder = PAGES_FOLDER,
): Promise<{ vercel: HostFindings; netlify: HostFindings }> {
  const files = [...ROOT_PAGES.map((page) => `/${page}`), ...BROWSER_SCRIPTS.map((name) => `/js/${name}.js`)];
  const addresses = [...FUNCTION_PATHS, ...files];
  return {
    vercel: { problems: await vercelProblems(root, addresses), notes: [] },
    netlify: await netlifyFindings(root, folder, files),
  };
}

/** The same for a caller that reports all mistakes at once: `unreadable` says which file cannot be read, and where. */
export async function inspectHosts(
  root: string,
  folder: string | undefined,
): Promise<{ vercel: HostFindings; netlify: HostFindings; unreadable: readonly string[] }> {
  try {
    return { ...(await hostFindings(root, folder)), unreadable: [] };
  } catch (error) {
    if (!(error instanceof SiteError)) throw error;
    const nothing = { problems: [], notes: [] };
    return { vercel: nothing, netlify: nothing, unreadable: error.problems };
  }
}
