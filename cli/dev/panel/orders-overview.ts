import { html, type Html } from "../../../core/format/html.ts";
import { formatMoney } from "../../../core/format/money.ts";
import type { OrderStore, StoredControl } from "../../../core/orders/order-store.ts";
import type { SimulatedStripe } from "../../../simulator/simulated-stripe.ts";
import { clockTime, devPage } from "./document.ts";
import { badgesOf, type Badge } from "./order-badges.ts";
import { badgeRow } from "./order-facts.ts";
import { findSimulatedOrder, titleOf, type SimulatedOrder } from "./simulated-order.ts";

/** `/__dev`: every checkout, the latest first, and what becomes of webhooks. */
export async function ordersOverview(stripe: SimulatedStripe, store: OrderStore): Promise<Response> {
  const state = stripe.state();
  const orders = Object.keys(state.checkoutSessions)
    .toReversed()
    .map((id) => findSimulatedOrder(state, id))
    .filter((order): order is SimulatedOrder => order !== undefined);
  const controls = await Promise.all(orders.map(({ session }) => store.readControl(session.id)));
  const { dropsAll, dropsNext, sendsTwice } = stripe.account.deliveryTrouble();
  const body = html`
    <h1>Orders</h1>
    <p class="lead">Be the bank, the buyer who wants the money back, and the network that loses a message.</p>
    ${
      orders.length === 0
        ? html`<p class="empty">No checkout yet. Buy something in the <a href="/">shop</a>.</p>`
        : html`<ol class="rows">
            ${orders.map((order, index) => row(order, controls[index]))}
          </ol>`
    }
    <section class="panel">
      <h2>Webhooks</h2>
      <p>
        What happens to Stripe’s messages on their way to the shop. Lost ones are sent again after a while.
      </p>
      <form method="post" action="/__dev/webhooks" class="buttons">
        <button name="trouble" value="next" aria-pressed="${String(dropsNext)}">Lose the next one</button>
        <button name="trouble" value="all" aria-pressed="${String(dropsAll)}">Lose every one</button>
        <button name="trouble" value="twice" aria-pressed="${String(sendsTwice)}">Send each twice</button>
      </form>
    </section>
  `;
  return devPage({ title: "Orders", section: "orders", body });
}

function row(order: SimulatedOrder, control: StoredControl | undefined): Html {
  const { session } = order;
  return html`<li>
    <a class="row" href="/__dev/orders/${session.id}">
      <strong>${titleOf(order)}</strong>
      <span class="who">${session.customer_details?.email ?? "nobody has paid yet"}</span>
      <span class="sum">${formatMoney(session.amount_total ?? 0, session.currency ?? "", "en")}</span>
      <span class="badges">${badgeRow(badgesFor(order, control))}</span>
      <span class="when">${clockTime(session.created * 1000)}</span>
    </a>
  </li>`;
}

/** In the shop's words where it has an order, in Stripe's where it has none. */
function badgesFor({ session }: SimulatedOrder, control: StoredControl | undefined): readonly Badge[] {
  if (control !== undefined) return badgesOf(control.control);
  if (session.status === "complete") return [{ words: "unknown to the shop", tone: "bad" }];
  return [{ words: session.status ?? "", tone: "open" }];
}
