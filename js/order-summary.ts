import { formatMoney, pageLocale } from "./money.ts";
import type { OrderStatus } from "./order-status.ts";
import { ownOrder } from "./own-order.ts";
import { pageElement } from "./page-state.ts";

/** Fills the table of what was bought. Text only: names come from the shop's catalog and are never markup. */
export function showSummary(order: OrderStatus): void {
  const { items, currency, totalMinor, shippingMinor, discountMinor } = order;
  if (items.length === 0) return;
  const locale = pageLocale();
  const money = (amountMinor: number) => formatMoney(amountMinor, currency, locale);
  const rows = items.map(({ name, quantity, amountMinor }) => {
    const row = document.createElement("tr");
    const header = document.createElement("th");
    header.scope = "row";
    header.append(ownOrder(name));
    row.append(header, cell(String(quantity)), cell(money(amountMinor)));
    return row;
  });
  pageElement("order-items").replaceChildren(...rows);
  const rest = items.reduce((sum, { amountMinor }) => sum - amountMinor, totalMinor - (shippingMinor ?? 0));
  showSum("shipping", "Shipping", shippingMinor, money);
  showSum("adjustment", "Adjustment", rest || undefined, money);
  pageElement("order-total").textContent = money(totalMinor);
  const discount = document.querySelector<HTMLElement>('[data-sum="discount"]');
  if (discount && discountMinor) {
    discount.querySelector("b")?.replaceChildren(money(discountMinor));
    discount.hidden = false;
  }
  pageElement("order-summary").hidden = false;
}

/**
 * Shows an amount, if there is one, in a row above the total: in the last cell of the page's `<tr data-sum="shipping" data-free="Free">`. A
 * page without that row gets one in English, because without it the amounts would not add up.
 */
function showSum(
  name: string,
  words: string,
  amountMinor: number | undefined,
  money: (amountMinor: number) => string,
): void {
  let row = document.querySelector<HTMLElement>(`tr[data-sum="${name}"]`);
  if (amountMinor === undefined) {
    if (row) row.hidden = true;
    return;
  }
  row ??= addRow(name, words);
  const { free = "Free" } = row.dataset;
  row.lastElementChild?.replaceChildren(amountMinor === 0 ? free : money(amountMinor));
  row.hidden = false;
}

function addRow(name: string, words: string): HTMLElement {
  const row = document.createElement("tr");
  row.dataset["sum"] = name;
  const header = document.createElement("th");
  header.scope = "row";
  header.colSpan = 2;
  header.lang = "en";
  header.textContent = words;
  row.append(header, cell(""));
  pageElement("order-total").closest("tr")?.before(row);
  return row;
}

function cell(text: string): HTMLTableCellElement {
  const element = document.createElement("td");
  element.textContent = text;
  return element;
}
