import { html, type Html } from "./html.ts";

/** A whole page as a response. No script, no inline style: the policy forbids both. */
export function page(options: {
  title: string;
  body: Html;
  status?: number;
  formTargets?: string[];
}): Response {
  const document = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>${options.title}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/c/assets/checkout.css" />
      </head>
      <body>
        <p class="banner" role="note">
          <strong>Simulated Stripe: no money moves.</strong> <span>Never type a real card number here.</span>
        </p>
        ${options.body}
      </body>
    </html> `;
  return new Response(document.markup, {
    status: options.status ?? 200,
    headers: {
      "cache-control": "no-store",
      "content-security-policy": contentSecurityPolicy(options.formTargets ?? []),
      "content-type": "text/html; charset=utf-8",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
    },
  });
}

function contentSecurityPolicy(formTargets: string[]): string {
  return [
    "default-src 'none'",
    "style-src 'self'",
    // Pictures of products lie on the shop's own site.
    "img-src 'self' https: http: data:",
    `form-action ${["'self'", ...formTargets].join(" ")}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}
