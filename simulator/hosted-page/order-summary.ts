import type { SimulatedState } from "../state/state.ts";
import type { CheckoutSession, LineItem, Price } from "../state/stored.ts";
import { html, type Html } from "./html.ts";
import { formatAmount } from "./money.ts";
import { cancelUrl } from "./return-urls.ts";

/** Drawn, because not every font has an arrow. */
const backArrow = html`<svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
  <path d="M14 8H3m4.5-4.5L3 8l4.5 4.5" fill="none" stroke="currentColor" stroke-width="1.8" />
</svg>`;

/** The left column: what is bought, from whom, and the way back. */
export function orderSummary(state: SimulatedState, session: CheckoutSession, businessName: string): Html {
  const items = state.lineItems[session.id] ?? [];
  const back = cancelUrl(session);
  const isSubscription = session.mode === "subscription";
  const [first] = items;
  const verbForPayment = session.amount_total === 0 ? "Order from" : "Pay";
  const verb = isSubscription ? "Subscribe to" : verbForPayment;
  const object = isSubscription ? (first?.description ?? businessName) : businessName;
  return html`<section aria-labelledby="headline">
    <div class="merchant">
      ${back === null ? null : html`<a class="back" href="${back}" aria-label="Cancel and go back to ${businessName}">${backArrow}<span>Back</span></a>`}
      <span class="merchant-name"><bdi>${businessName}</bdi></span
      ><span class="sandbox">Sandbox</span>
    </div>
    <h1 id="headline">${verb} <bdi>${object}</bdi></h1>
    <p class="amount">
      ${totalAmount(session)}${isSubscription ? html` <span class="interval">${billingInterval(items)}</span>` : null}
    </p>
    <ul class="items">
      ${items.map((item) => itemRow(state, item))}
    </ul>
    <dl class="totals">
      <div>
        <dt>Subtotal</dt>
        <dd>${subtotal(session)}</dd>
      </div>
      ${discountRow(session)} ${shippingRow(session)} ${taxRow(session)} ${linkRow(session)}
      <div class="total">
        <dt>Total due today</dt>
        <dd>${totalAmount(session)}</dd>
      </div>
    </dl>
  </section>`;
}

function discountRow({ total_details: details, currency }: CheckoutSession): Html | null {
  if (details === null || details.amount_discount === 0) return null;
  return html`<div>
    <dt>Discount</dt>
    <dd>${formatAmount(-details.amount_discount, currency ?? "usd")}</dd>
  </div>`;
}

/** A tax that the rows above contain already is called included. */
function taxRow(session: CheckoutSession): Html | null {
  const { total_details: details, shipping_cost: shipping, currency } = session;
  if (details === null || details.amount_tax === 0) return null;
  const withoutTax =
    (session.amount_subtotal ?? 0) - details.amount_discount + (shipping?.amount_subtotal ?? 0);
  const isIncluded = withoutTax === session.amount_total;
  return html`<div>
    <dt>${isIncluded ? "Tax, included" : "Tax"}</dt>
    <dd>${formatAmount(details.amount_tax, currency ?? "usd")}</dd>
  </div>`;
}

function shippingRow({ shipping_cost: cost, currency }: CheckoutSession): Html | null {
  if (cost === null) return null;
  return html`<div>
    <dt>Shipping</dt>
    <dd>${cost.amount_subtotal === 0 ? "Free" : formatAmount(cost.amount_subtotal, currency ?? "usd")}</dd>
  </div>`;
}

/** In a session with Managed Payments the seller is Link, and the page says so. */
function linkRow({
  managed_payments: managed,
  total_details: details,
  currency,
}: CheckoutSession): Html | null {
  if (managed?.enabled !== true) return null;
  return html`<div>
    <dt>Tax, sold by Link</dt>
    <dd>${formatAmount(details?.amount_tax ?? 0, currency ?? "usd")}</dd>
  </div>`;
}

function itemRow(state: SimulatedState, item: LineItem): Html {
  const product = item.price === null ? undefined : state.products[item.price.product];
  const [image] = product?.images ?? [];
  const quantity = item.quantity ?? 1;
  const unitAmount = item.price?.unit_amount ?? 0;
  return html`<li>
    ${image === undefined ? html`<span class="picture" aria-hidden="true"></span>` : html`<img class="picture" src="${image}" alt="" width="56" height="56" />`}
    <div class="item-text">
      <span class="item-name"><bdi>${item.description}</bdi></span>
      ${product?.description ? html`<span class="item-note">${product.description}</span>` : null}
      ${quantity > 1 ? html`<span class="item-note">Qty ${quantity}, ${formatAmount(unitAmount, item.currency)} each</span>` : null}
      ${item.price?.recurring ? html`<span class="item-note">Billed ${billingWords(item.price)}</span>` : null}
    </div>
    <span class="item-amount">${formatAmount(item.amount_subtotal, item.currency)}</span>
  </li>`;
}

export function totalAmount(session: CheckoutSession): string {
  return formatAmount(session.amount_total ?? 0, session.currency ?? "usd");
}

function subtotal(session: CheckoutSession): string {
  return formatAmount(session.amount_subtotal ?? 0, session.currency ?? "usd");
}

/** "per month", "every 3 months". */
export function billingInterval(items: LineItem[]): string {
  const recurring = items.find((item) => item.price?.recurring)?.price?.recurring;
  if (recurring === null || recurring === undefined) return "";
  return recurring.interval_count === 1
    ? `per ${recurring.interval}`
    : `every ${recurring.interval_count} ${recurring.interval}s`;
}

const adverbs: Record<string, string> = { day: "daily", week: "weekly", month: "monthly", year: "yearly" };

function billingWords(price: Price): string {
  const { interval = "month", interval_count: count = 1 } = price.recurring ?? {};
  return count === 1 ? (adverbs[interval] ?? interval) : `every ${count} ${interval}s`;
}
