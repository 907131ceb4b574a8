/** What vercel.json says about addresses: https://vercel.com/docs/project-configuration#cleanurls */
export interface AddressSettings {
  /** `/about` instead of `/about.html`. */
  cleanUrls?: boolean;
  /** `true`: with a slash at the end; `false`: without one; not set: both. */
  trailingSlash?: boolean;
}

/**
 * Where a page is found, as on both hosts: `about/index.html` at `/about` and at `/about/`, and, with clean addresses, `about.html` at
 * `/about`. Try the files in this order; the first one that exists is the page.
 *
 * Netlify serves `about.html` at `/about` in any case, and redirects `/about` to `/about/` where that is a folder. Vercel does the first
 * with `cleanUrls` only and the second with `trailingSlash` only. Here is what works on both.
 */
export function filesAt(path: string, { cleanUrls = false, trailingSlash }: AddressSettings): string[] {
  if (path.endsWith("/")) {
    const folder = path.slice(0, -1);
    const page = cleanUrls && trailingSlash === true && folder !== "" ? [`${folder}.html`] : [];
    return [`${path}index.html`, ...page];
  }
  return [path, ...(cleanUrls ? [`${path}.html`] : []), `${path}/index.html`];
}

/** Where the host sends a browser before it looks for a file; undefined: nowhere. The path is taken as it stands in the address. */
export function redirectAt(path: string, settings: AddressSettings): string | undefined {
  const wanted = withSlash(
    settings.cleanUrls === true ? withoutExtension(path) : path,
    settings.trailingSlash,
  );
  // Two slashes in front would lead to another site.
  const address = `/${wanted.replace(/^\/+/, "")}`;
  return wanted === path ? undefined : address;
}

function withoutExtension(path: string): string {
  if (/\/index(?:\.html)?\/?$/.test(path)) return path.replace(/index(?:\.html)?\/?$/, "");
  return path.replace(/\.html\/?$/, "");
}

function withSlash(path: string, trailingSlash: boolean | undefined): string {
  if (trailingSlash === undefined || path === "/") return path;
  const bare = path.replace(/\/+$/, "");
  // A name with a dot is a file's: it keeps no slash.
  const isFile = /\.\w+$/.test(bare);
  return trailingSlash && !isFile ? `${bare}/` : bare;
}
