import { html, type Html } from "../../../core/format/html.ts";
import { errorPage } from "../error-page.ts";

export interface DevPage {
  title: string;
  /** The entry of the navigation that is shown as chosen. */
  section: "orders" | "inbox";
  body: Html;
  status?: number;
}

const ASSETS = "/__dev/assets";

/** A page for the developer's eyes. It looks for changes by itself; without JavaScript a reload shows them. */
export function devPage({ title, section, body, status = 200 }: DevPage): Response {
  const document = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · behind the counter</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="${ASSETS}/dev.css" />
        <script src="${ASSETS}/live-update.js" defer></script>
      </head>
      <body>
        <header>
          <p class="wordmark">Behind the counter</p>
          <nav aria-label="Development">
            <a href="/__dev" ${current(section === "orders")}>Orders</a>
            <a href="/__dev/inbox" ${current(section === "inbox")}>Inbox</a>
            <a href="/__dev/api-docs/">API</a>
            <a href="/">Shop</a>
          </nav>
          <p class="fine">Only on this machine, only in <code>npm run dev</code>.</p>
        </header>
        <main>${body}</main>
      </body>
    </html> `;
  return new Response(document.markup, {
    status,
    headers: { ...HEADERS, "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": POLICY },
  });
}

function current(isCurrent: boolean): Html | undefined {
  return isCurrent ? html`aria-current="page"` : undefined;
}

const HEADERS = {
  "Cache-Control": "no-store",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
} as const;

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/**
 * The HTML of a mail, for a frame. Nothing in it runs, and its frame has no origin; links open in a tab of their own. Pictures are
 * loaded, as most mail programs do.
 */
export function mailBody(markup: string): Response {
  const withTarget = markup.replace(/<head[^>]*>|^/i, (head) => `${head}<base target="_blank">`);
  return new Response(withTarget, {
    headers: {
      ...HEADERS,
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy":
        "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src https: http: data:; form-action 'none'; frame-ancestors 'self'",
    },
  });
}

/** The answer to a form: back to its page, as it is now. */
export function backTo(path: string): Response {
  return new Response(null, { status: 303, headers: { ...HEADERS, Location: path } });
}

/** What is wrong, and the way back to the orders. */
export function refusal(status: number, title: string, ...text: string[]): Response {
  const links = [
    { href: "/__dev", label: "Behind the counter" },
    { href: "/", label: "To the shop" },
  ];
  return errorPage({ status, title, text, links });
}

/** 14:05:09, on the machine's own clock. */
export function clockTime(atMs: number): Html {
  const time = new Date(atMs);
  const shown = time.toLocaleTimeString("en-GB");
  return html`<time datetime="${time.toISOString()}">${shown}</time>`;
}
