import { lookup } from "mrmime";

import { API_DOCS_FOLDER, apiDocsFiles } from "../../api-docs/files.ts";

const FOLDER = `/__dev/${API_DOCS_FOLDER}`;

/** The page about the API and its files, under the policy of a strict site; undefined for every other path. */
export async function apiDocsResponse(pathname: string): Promise<Response | undefined> {
  if (pathname === FOLDER) return new Response(null, { status: 308, headers: { Location: `${FOLDER}/` } });
  if (!pathname.startsWith(`${FOLDER}/`)) return undefined;
  const name = pathname.slice(FOLDER.length + 1) || "index.html";
  const text = Object.entries(await apiDocsFiles(`${FOLDER}/`)).find(([file]) => file === name)?.[1];
  if (text === undefined) return undefined;
  return new Response(text, {
    headers: {
      "Cache-Control": "no-store",
      "Content-Security-Policy":
        "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      "Content-Type": `${lookup(name)}; charset=utf-8`,
      "X-Content-Type-Options": "nosniff",
    },
  });
}
