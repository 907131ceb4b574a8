import { escapeHtml } from "../html.ts";

/** A whole page for a buyer whose browser posted a plain form: what happened, and a way back to the shop. */
export function errorPage(message: string, shopUrl: string, requestId: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Checkout did not start</title>
<main>
<h1>Checkout did not start</h1>
<p>${escapeHtml(message)}</p>
<p>Nothing was charged.</p>
<p><a href="${escapeHtml(shopUrl)}">Back to the shop</a></p>
<p><small>Reference: ${escapeHtml(requestId)}</small></p>
</main>
</html>
`;
}
