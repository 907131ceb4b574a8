import { formatMoney } from "./money.ts";
import type { OrderStatus } from "./order-status.ts";
import { pageElement } from "./page-state.ts";

/**
 * Fills the table of what was bought. Text only: names come from the shop's catalog and are never markup. `#order-paid` appears where the
 * buyer paid in another currency, with the amount in its `<b>`; a page may leave it out.
 */
export function showSummary({ items, currency, totalMinor, presentment }: OrderStatus): void {
  if (items.length === 0) return;
  const locale = document.documentElement.lang || navigator.language;
  const rows = items.map(({ name, quantity, amountMinor }) => {
    const row = document.createElement("tr");
    const header = document.createElement("th");
    header.scope = "row";
    header.textContent = name;
    row.append(header, cell(String(quantity)), cell(formatMoney(amountMinor, currency, locale)));
    return row;
  });
  pageElement("order-items").replaceChildren(...rows);
  pageElement("order-total").textContent = formatMoney(totalMinor, currency, locale);
  const paid = document.getElementById("order-paid");
  if (paid && presentment) {
    const amount = formatMoney(presentment.amountMinor, presentment.currency, locale);
    paid.querySelector("b")?.replaceChildren(amount);
    paid.hidden = false;
  }
  pageElement("order-summary").hidden = false;
}

function cell(text: string): HTMLTableCellElement {
  const element = document.createElement("td");
  element.textContent = text;
  return element;
}
