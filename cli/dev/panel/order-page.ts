import { html, type Html } from "../../../core/format/html.ts";
import type { Services } from "../../../core/services.ts";
import type { SimulatedStripe } from "../../../simulator/simulated-stripe.ts";
import type { Mailbox } from "../inbox/mailbox.ts";
import { clockTime, devPage, refusal } from "./document.ts";
import { actionsFor, type ActionGroup, type ShopSide } from "./order-actions.ts";
import { shopFacts, stripeFacts } from "./order-facts.ts";
import { findSimulatedOrder, titleOf } from "./simulated-order.ts";
import { timelineOf, type Moment } from "./timeline.ts";

export interface OrderPageDependencies {
  stripe: SimulatedStripe;
  loadServices: () => Promise<Pick<Services, "store" | "storage">>;
  mailbox: Mailbox;
  tryAgain: ShopSide["tryAgain"];
}

/** `/__dev/orders/<id>`: one order as Stripe and the shop see it, what may happen to it next, and what has. */
export async function orderPage(
  { stripe, loadServices, mailbox, tryAgain }: OrderPageDependencies,
  sessionId: string,
  problem?: string,
): Promise<Response> {
  const state = stripe.state();
  const order = findSimulatedOrder(state, sessionId);
  if (order === undefined)
    return refusal(
      404,
      "There is no such checkout",
      "The simulated Stripe may have been started afresh since, with --fresh or without its folder .data.",
    );
  const { store, storage } = await loadServices();
  const [control, downloads, history] = await Promise.all([
    store.readControl(sessionId),
    storage.downloads.of(sessionId),
    store.readHistory(sessionId),
  ]);
  const groups = actionsFor(order, stripe.account, { control: control?.control, tryAgain });
  const moments = timelineOf(order, state, mailbox.list(), history ?? []);
  const body = html`
    <p class="back"><a href="/__dev">Orders</a></p>
    <h1>${titleOf(order)}</h1>
    <p class="id">${sessionId}</p>
    ${problem === undefined ? undefined : html`<p class="problem" role="alert">${problem}</p>`}
    <div class="sides">
      <section aria-labelledby="at-stripe">
        <h2 id="at-stripe">At Stripe</h2>
        ${stripeFacts(order)}
      </section>
      <section aria-labelledby="in-shop">
        <h2 id="in-shop">In the shop</h2>
        ${shopFacts(control, order, downloads)}
      </section>
    </div>
    ${
      groups.length === 0
        ? undefined
        : html`<section class="panel">
            <h2>What happens next?</h2>
            ${groups.map((group) => actionGroup(group, sessionId))}
          </section>`
    }
    <section>
      <h2>What happened</h2>
      ${
        moments.length === 0
          ? html`<p class="empty">Nothing yet.</p>`
          : html`<ol class="timeline">
              ${moments.map((moment) => momentItem(moment, sessionId))}
            </ol>`
      }
      ${
        history === undefined
          ? html`<p class="empty">
              Orders are kept in Stripe here: the shop keeps no history of its own and counts no downloads.
            </p>`
          : undefined
      }
    </section>
  `;
  const status = problem === undefined ? 200 : 409;
  return devPage({ title: titleOf(order), section: "orders", body, status });
}

function actionGroup({ heading, actions }: ActionGroup, sessionId: string): Html {
  return html`<div class="group" role="group" aria-label="${heading}">
    <h3>${heading}</h3>
    ${actions.map(
      ({ id, label, asksAmount }) =>
        html`<form method="post" action="/__dev/orders/${sessionId}/act">
          <input type="hidden" name="action" value="${id}" />
          ${
            asksAmount === undefined
              ? undefined
              : html`<label
                  >${asksAmount.label}
                  <input
                    name="amount"
                    inputmode="decimal"
                    placeholder="${asksAmount.placeholder}"
                    autocomplete="off"
                /></label>`
          }
          <button>${label}</button>
        </form>`,
    )}
  </div>`;
}

function momentItem(moment: Moment, sessionId: string): Html {
  if (moment.kind === "mail") {
    const { mail } = moment;
    return html`<li class="mail">
      <span class="when">${clockTime(moment.atMs)}</span>
      <a href="/__dev/inbox/${mail.id}">Mail: ${mail.email.subject ?? "(no subject)"}</a>
    </li>`;
  }
  if (moment.kind === "noted") {
    return html`<li class="noted">
      <span class="when">${clockTime(moment.atMs)}</span>
      <span>Shop: ${moment.words}</span>
    </li>`;
  }
  return html`<li>
    <span class="when">${clockTime(moment.atMs)}</span>
    <code>${moment.type}</code>
    <span class="attempts"
      >${moment.attempts.map(
        ({ outcome }) =>
          html`<span class="outcome" data-good="${String(/^2\d\d$/.test(outcome))}">${outcome}</span>`,
      )}
      ${moment.waits ? html`<span class="outcome">tries again</span>` : undefined}</span
    >
    <form method="post" action="/__dev/orders/${sessionId}/resend">
      <button class="quiet" name="event" value="${moment.eventId}">Send again</button>
    </form>
  </li>`;
}
