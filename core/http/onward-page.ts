import { html } from "../html.ts";
import { htmlResponse } from "./responses.ts";

/**
 * A page that leads on at once. A redirect would do, but for the `form-action` of the page whose form was sent: browsers hold every
 * redirect of a form against it, and it names no address of the shop's but the page's own.
 */
export function onwardPageResponse(url: string): Response {
  const page = html`<!doctype html>
    <html lang="en">
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta http-equiv="refresh" content="0; url=${url}" />
      <title>To the payment</title>
      <p><a href="${url}">Continue to the payment</a></p>
    </html> `;
  return htmlResponse(200, page.markup);
}
