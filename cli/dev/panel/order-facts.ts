import { html, type Html } from "../../../core/format/html.ts";
import { formatMoney } from "../../../core/format/money.ts";
import type { DownloadCount } from "../../../core/delivery/files/download-counter.ts";
import type { StoredControl } from "../../../core/orders/order-store.ts";
import { clockTime } from "./document.ts";
import { badgesOf, type Badge } from "./order-badges.ts";
import { titleOf, type SimulatedOrder } from "./simulated-order.ts";

/** What Stripe knows of an order, as it stands. */
export function stripeFacts(order: SimulatedOrder): Html {
  const { session, charges, refunds, disputes, subscription } = order;
  const money = (amount: number): string => formatMoney(amount, session.currency ?? "", "en");
  const refunded = charges.reduce((sum, charge) => sum + charge.amount_refunded, 0);
  return html`<dl class="facts">
    ${fact("Checkout", session.status ?? "")} ${fact("Payment", session.payment_status.replaceAll("_", " "))}
    ${amountFacts(order, money)} ${fact("Total", money(session.amount_total ?? 0))}
    ${
      session.presentment_details === undefined
        ? undefined
        : fact(
            "Buyer saw",
            formatMoney(
              session.presentment_details.presentment_amount,
              session.presentment_details.presentment_currency,
              "en",
            ),
          )
    }
    ${fact("Buyer", session.customer_details?.email ?? "not known yet")}
    ${refunds.length === 0 ? undefined : fact("Refunded", money(refunded))}
    ${disputes.map(({ status }) => fact("Dispute", status.replaceAll("_", " ")))}
    ${subscription === undefined ? undefined : fact("Subscription", subscription.status.replaceAll("_", " "))}
  </dl>`;
}

/** The lines that add up to the total, if there are several, and the discount and tax that it includes. */
function amountFacts({ session, items }: SimulatedOrder, money: (amount: number) => string): readonly Html[] {
  const { shipping_cost: shipping, total_details: details } = session;
  const lines = items.map((item) => fact(titleOf({ items: [item] }), money(item.amountMinor)));
  return [
    ...(items.length > 1 || shipping !== null ? lines : []),
    ...(shipping === null ? [] : [fact("Shipping", money(shipping.amount_total))]),
    ...(details?.amount_discount ? [fact("Includes a discount of", money(details.amount_discount))] : []),
    ...(details?.amount_tax ? [fact("Includes tax", money(details.amount_tax))] : []),
  ];
}

/** What the shop knows of it. */
export function shopFacts(
  stored: StoredControl | undefined,
  { session }: SimulatedOrder,
  downloads: readonly DownloadCount[] | undefined,
): Html {
  if (stored === undefined) {
    return html`<p class="empty">
      ${
        session.status === "complete"
          ? "The shop has not heard of it. Send a webhook again, or open the success page."
          : "There is no order before checkout is finished."
      }
    </p>`;
  }
  const { control } = stored;
  const { mirror } = control;
  return html`<dl class="facts">
      <div>
        <dt>State</dt>
        <dd class="badges">${badgeRow(badgesOf(control))}</dd>
      </div>
      ${Object.entries(control.steps).map(([name, { state, attempts }]) =>
        fact(`Step ${name}`, `${state}${attempts > 1 ? `, ${attempts} attempts` : ""}`),
      )}
      ${
        mirror.refundedMinor === 0
          ? undefined
          : fact("Refunded", formatMoney(mirror.refundedMinor, session.currency ?? "", "en"))
      }
      ${mirror.dispute === undefined ? undefined : fact("Dispute", mirror.dispute)}
      ${
        mirror.subscription === undefined
          ? undefined
          : fact("Subscription", mirror.subscription.replaceAll("_", " "))
      }
      ${
        control.nextTryMs === undefined
          ? undefined
          : html`<div>
              <dt>Next try</dt>
              <dd>from ${clockTime(control.nextTryMs)}</dd>
            </div>`
      }
      ${control.lastError === undefined ? undefined : fact("Last error", control.lastError)}
      ${downloads?.map(downloadFact)} ${fact("Written", `${stored.version} times`)}
    </dl>
    <p><a href="/success.html?session_id=${session.id}">The buyer’s page</a></p>`;
}

function fact(name: string, value: string): Html {
  return html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`;
}

function downloadFact({ name, count, lastMs }: DownloadCount): Html {
  return html`<div>
    <dt>Downloaded</dt>
    <dd>${name}, ${count === 1 ? "once" : `${count} times, last`} at ${clockTime(lastMs)}</dd>
  </div>`;
}

export function badgeRow(badges: readonly Badge[]): readonly Html[] {
  return badges.map(({ words, tone }) => html`<span class="badge" data-tone="${tone}">${words}</span> `);
}
