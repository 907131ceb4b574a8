import { checkoutUrl } from "./checkout-url.ts";
import { formatMoney, pageLocale } from "./money.ts";
import type { OrderStatus } from "./order-status.ts";

/**
 * Shows what the server tells the buyer alone. Each `[data-personal="name"]` of the page appears once the server sends that value: a text
 * goes into its `<b>`, an address into its `<a>`. A page that wants none of it leaves the element out.
 */
export function showPersonal({ personal, currency }: OrderStatus): void {
  const { presentment, taxMinor } = personal ?? {};
  const values: Record<string, string | undefined> = {
    email: personal?.email,
    paid: presentment && formatMoney(presentment.amountMinor, presentment.currency, pageLocale()),
    tax: taxMinor ? formatMoney(taxMinor, currency, pageLocale()) : undefined,
    receiptUrl: personal?.receiptUrl,
  };
  for (const place of document.querySelectorAll<HTMLElement>("[data-personal]")) {
    const value = values[place.dataset["personal"] ?? ""];
    // It never disappears again: a later answer may come without it.
    if (!value) continue;
    const link = place.querySelector("a");
    if (link) {
      if (!checkoutUrl.test(value)) continue;
      link.href = value;
    }
    place.querySelector("b")?.replaceChildren(value);
    place.hidden = false;
  }
}
