import { html, type Html } from "../../../core/html.ts";
import { formatMoney } from "../../../core/money.ts";
import type { OrderStore, StoredControl } from "../../../core/orders/order-store.ts";
import type { SimulatedStripe } from "../../../simulator/simulated-stripe.ts";
import type { Mailbox } from "../inbox/mailbox.ts";
import { backTo, clockTime, devPage, plainAnswer } from "./document.ts";
import { actionsFor, type ActionGroup } from "./order-actions.ts";
import { findSimulatedOrder, type SimulatedOrder } from "./simulated-order.ts";
import { timelineOf, type Moment } from "./timeline.ts";

export interface OrderPagesDependencies {
  stripe: SimulatedStripe;
  store: () => Promise<OrderStore>;
  mailbox: Mailbox;
}

/** A form is answered when its webhooks have been; a shop that takes longer is seen to do so. */
const PATIENCE_MS = 5_000;

/** `/__dev`: every checkout, what may happen to it next, and what has. */
export function createOrderPages({ stripe, store, mailbox }: OrderPagesDependencies) {
  return async (request: Request, path: string): Promise<Response | undefined> => {
    const [, sessionId = "", command] =
      /^\/__dev\/orders\/(cs_test_\w+)(?:\/(act|resend))?$/.exec(path) ?? [];
    if (request.method === "POST") return change(path, sessionId, command, await request.formData());
    if (path === "/__dev") return overview();
    if (sessionId === "" || command !== undefined) return undefined;
    return orderPage(sessionId);
  };

  async function change(
    path: string,
    sessionId: string,
    command: string | undefined,
    form: FormData,
  ): Promise<Response | undefined> {
    if (path === "/__dev/webhooks") return changeDeliveries(textOf(form, "trouble"));
    const order = findSimulatedOrder(stripe.state(), sessionId);
    if (order === undefined || command === undefined) return undefined;
    try {
      if (command === "resend") stripe.account.resendEvent(textOf(form, "event"));
      else {
        const actions = actionsFor(order, stripe.account).flatMap((group) => group.actions);
        const action = actions.find(({ id }) => id === textOf(form, "action"));
        if (action === undefined) return await orderPage(sessionId, "That is no longer possible.");
        action.run(textOf(form, "amount"));
      }
    } catch (error) {
      return orderPage(sessionId, error instanceof Error ? error.message : String(error));
    }
    await Promise.race([stripe.deliveriesSettled(), pause(PATIENCE_MS)]);
    return backTo(`/__dev/orders/${sessionId}`);
  }

  function changeDeliveries(trouble: string): Response {
    const { account } = stripe;
    const now = account.deliveryTrouble();
    if (trouble === "next") account.dropNextDelivery();
    else if (trouble === "all") account.setDroppedDeliveries(!now.dropsAll);
    else if (trouble === "twice") account.setDuplicateDeliveries(!now.sendsTwice);
    else return plainAnswer(400, "There is no such trouble.");
    return backTo("/__dev");
  }

  async function overview(): Promise<Response> {
    const state = stripe.state();
    const orders = Object.keys(state.checkoutSessions)
      .toReversed()
      .map((id) => findSimulatedOrder(state, id))
      .filter((order): order is SimulatedOrder => order !== undefined);
    const controls = await readControls(orders);
    const { dropsAll, dropsNext, sendsTwice } = stripe.account.deliveryTrouble();
    const body = html`
      <h1>Orders</h1>
      <p class="lead">
        Be the bank, the buyer who wants the money back, and the network that loses a message.
      </p>
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
          What becomes of Stripe’s messages on their way to the shop. Lost ones are sent again after a while.
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

  async function readControls(orders: readonly SimulatedOrder[]): Promise<(StoredControl | undefined)[]> {
    const opened = await store();
    return Promise.all(orders.map(({ session }) => opened.readControl(session.id)));
  }

  async function orderPage(sessionId: string, problem?: string): Promise<Response> {
    const state = stripe.state();
    const order = findSimulatedOrder(state, sessionId);
    if (order === undefined) return plainAnswer(404, "There is no such checkout.");
    const [control] = await readControls([order]);
    const groups = actionsFor(order, stripe.account);
    const moments = timelineOf(order, state, mailbox.list());
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
          ${shopFacts(control, order)}
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
      </section>
    `;
    const status = problem === undefined ? 200 : 409;
    return devPage({ title: titleOf(order), section: "orders", body, status });
  }
}

function row(order: SimulatedOrder, control: StoredControl | undefined): Html {
  const { session } = order;
  return html`<li>
    <a class="row" href="/__dev/orders/${session.id}">
      <strong>${titleOf(order)}</strong>
      <span class="who">${session.customer_details?.email ?? "nobody has paid yet"}</span>
      <span class="sum">${formatMoney(session.amount_total ?? 0, session.currency ?? "", "en")}</span>
      ${badge(stateOf(order, control))}
      <span class="when">${clockTime(session.created * 1000)}</span>
    </a>
  </li>`;
}

/** In the shop's words where it has an order, in Stripe's where it has none. */
function stateOf({ session }: SimulatedOrder, control: StoredControl | undefined): string {
  return (
    control?.control.state ?? (session.status === "complete" ? "unknown to the shop" : (session.status ?? ""))
  );
}

function badge(state: string): Html {
  return html`<span class="badge" data-state="${state}">${state.replaceAll("_", " ")}</span>`;
}

function titleOf({ items }: SimulatedOrder): string {
  return items.map(({ name, quantity }) => (quantity > 1 ? `${quantity} × ${name}` : name)).join(", ");
}

function stripeFacts({ session, charges, refunds, disputes, subscription }: SimulatedOrder): Html {
  const money = (amount: number): string => formatMoney(amount, session.currency ?? "", "en");
  const refunded = charges.reduce((sum, charge) => sum + charge.amount_refunded, 0);
  return html`<dl class="facts">
    ${fact("Checkout", session.status ?? "")} ${fact("Payment", session.payment_status.replaceAll("_", " "))}
    ${fact("Total", money(session.amount_total ?? 0))}
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

function shopFacts(stored: StoredControl | undefined, { session }: SimulatedOrder): Html {
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
        <dd>${badge(control.state)}</dd>
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
      ${fact("Written", `${stored.version} times`)}
    </dl>
    <p><a href="/success.html?session_id=${session.id}">The buyer’s page</a></p>`;
}

function fact(name: string, value: string): Html {
  return html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`;
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

function textOf(form: FormData, field: string): string {
  const value = form.get(field);
  return typeof value === "string" ? value : "";
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
