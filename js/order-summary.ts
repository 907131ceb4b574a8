import { formatMoney, pageLocale } from "./money.ts";
import type { OrderStatus } from "./order-status.ts";
import { pageElement } from "./page-state.ts";

/** Fills the table of what was bought. Text only: names come from the shop's catalog and are never markup. */
export function showSummary({ items, currency, totalMinor }: OrderStatus): void {
  if (items.length === 0) return;
  const locale = pageLocale();
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
  pageElement("order-summary").hidden = false;
}

function cell(text: string): HTMLTableCellElement {
  const element = document.createElement("td");
  element.textContent = text;
  return element;
}
