import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

import { html, type Html } from "../../core/format/html.ts";

export interface ErrorPage {
  status: number;
  title: string;
  /** What is wrong and what to do, a paragraph each. */
  text: readonly string[];
  /** Where to go next; the shop by default. */
  links?: readonly { href: string; label: string }[];
}

const TO_THE_SHOP = { href: "/", label: "To the shop" };

/**
 * A message of the development server itself, in the style of the pages behind the counter. The style is inline, because the page is shown
 * when other things are broken, and by servers that serve only pages.
 */
export function errorPage({ status, title, text, links = [TO_THE_SHOP] }: ErrorPage): Response {
  const css = readFileSync(new URL("panel/dev.css", import.meta.url), "utf8");
  const hash = createHash("sha256").update(css).digest("base64");
  const style: Html = { markup: `<style>${css}</style>` };
  const document = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · ${status}</title>
        <link rel="icon" href="data:," />
        ${style}
      </head>
      <body>
        <header>
          <p class="wordmark">npm run dev</p>
          <p class="fine">This page comes from the development server. Buyers never see it.</p>
        </header>
        <main>
          <h1>${title}</h1>
          ${text.map((paragraph) => html`<p class="lead">${paragraph}</p>`)}
          <p class="buttons">
            ${links.map(({ href, label }) => html`<a class="button" href="${href}">${label}</a>`)}
          </p>
        </main>
      </body>
    </html> `;
  return new Response(document.markup, {
    status,
    headers: {
      "Cache-Control": "no-store",
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
      "Referrer-Policy": "no-referrer",
      "X-Content-Type-Options": "nosniff",
    },
  });
}

/** For an address that cannot be read: `%zz`, or a NUL in a path. */
export function unreadableAddress(): Response {
  return errorPage({
    status: 400,
    title: "This address cannot be read",
    text: [
      "It has a percent sign that is not followed by two hexadecimal digits, or a character that no file can have.",
      "A percent sign itself is written %25.",
    ],
  });
}
