import type { OrderStatus } from "./order-status.ts";

/**
 * Tells a browser that is not the buyer's where the rest of the order is: `[data-way-back="mail"]` or `[data-way-back="browser"]`
 * of the page. The first letter of the address goes into its `<b>`; the shop's own address into its `<a>`, whose
 * `[data-way-back="support"]` appears with it. A page that wants none of it leaves them out.
 */
export function showWayBack({ wayBack, personal }: OrderStatus): void {
  const kind = personal ? undefined : wayBack?.kind;
  for (const place of document.querySelectorAll<HTMLElement>("[data-way-back]"))
    place.hidden = place.dataset["wayBack"] !== kind;
  if (personal || !wayBack) return;
  const inside = `[data-way-back="${wayBack.kind}"]`;
  if (wayBack.kind === "mail") {
    for (const letter of document.querySelectorAll(`${inside} b`)) letter.textContent = wayBack.to;
  } else if (wayBack.supportEmail) {
    for (const support of document.querySelectorAll<HTMLElement>('[data-way-back="support"]'))
      support.hidden = false;
    for (const link of document.querySelectorAll<HTMLAnchorElement>(`${inside} a`)) {
      link.href = `mailto:${wayBack.supportEmail}`;
      link.textContent = wayBack.supportEmail;
    }
  }
}
