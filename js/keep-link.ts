import { copyOnClick } from "./copy-button.ts";
import { pageLocale } from "./money.ts";
import type { OrderStatus } from "./order-status.ts";

const box = document.getElementById("order-keep-link");
const field = box?.querySelector("input");
let isReady = false;

/**
 * In a shop that sends no mails: the link with which the buyer gets back to the order, in a field to copy it from, and until when it
 * works. A page that wants none of it leaves `#order-keep-link` out.
 */
export function showKeepLink({ personal }: OrderStatus): void {
  // An answer that says nothing personal says nothing about this either.
  if (!box || !field || !personal) return;
  const { keepLink } = personal;
  box.hidden = !keepLink;
  if (!keepLink) return;
  field.value = keepLink.url;
  const until = new Date(keepLink.goodUntilMs).toLocaleDateString(pageLocale(), { dateStyle: "long" });
  for (const place of box.querySelectorAll('[data-part="until"]')) place.textContent = until;
  if (isReady) return;
  isReady = true;
  field.addEventListener("focus", () => field.select());
  for (const button of box.querySelectorAll("button")) copyOnClick(button, () => field.value);
}
