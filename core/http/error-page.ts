import { createHash } from "node:crypto";

import { escapeHtml } from "../format/html.ts";
import { htmlResponse } from "./responses.ts";

export interface ErrorPage {
  heading: string;
  /** A paragraph each. */
  sentences: readonly string[];
  /** Undefined if the shop has given none. */
  supportEmail?: string | undefined;
  shopUrl: string;
  requestId: string;
}

/** A page for a person whose browser expects one: what happened, what to do, and a way back to the shop. */
export function errorPageResponse(
  status: number,
  page: ErrorPage,
  headers: Readonly<Record<string, string>>,
): Response {
  // The page may use its own style, and load or run nothing else.
  const style = createHash("sha256").update(STYLE).digest("base64");
  const policy = `default-src 'none'; style-src 'sha256-${style}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`;
  return htmlResponse(status, markup(page), { "Content-Security-Policy": policy, ...headers });
}

function markup({ heading, sentences, supportEmail, shopUrl, requestId }: ErrorPage): string {
  const support =
    supportEmail === undefined
      ? ""
      : `<p>Do you need help? Write to <a href="mailto:${escapeHtml(supportEmail)}">${escapeHtml(supportEmail)}</a> and give the reference below.</p>\n`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(heading)}</title>
<style>${STYLE}</style>
<main>
<h1>${escapeHtml(heading)}</h1>
${sentences.map((sentence) => `<p>${escapeHtml(sentence)}</p>`).join("\n")}
${support}<p><a href="${escapeHtml(shopUrl)}">Back to the shop</a></p>
<p><small>Reference: ${escapeHtml(requestId)}</small></p>
</main>
</html>
`;
}

const STYLE =
  "body{margin:12vh auto 2rem;max-width:34rem;padding:0 1.25rem;font:1.0625rem/1.6 system-ui,sans-serif;overflow-wrap:anywhere}h1{font-size:1.6rem;line-height:1.25}small{opacity:.75}";
