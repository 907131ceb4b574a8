import { html } from "../format/html.ts";
import { htmlResponse } from "./responses.ts";

/**
 * A page that leads on at once. A redirect would do, if it were not for the `form-action` of the page that sent the form: browsers
 * hold every redirect of a form against it, and it allows only that page's own address.
 */
export function onwardPageResponse(url: string): Response {
  const page = html`<!doctype html>
    <html lang="en">
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta http-equiv="refresh" content="0; url=${url}" />
      <title>Continue to payment</title>
      <p><a href="${url}">Continue to payment</a></p>
    </html> `;
  return htmlResponse(200, page.markup);
}
