import type { OrderState, OrderStatus } from "./order-status.ts";
import { pageElement } from "./page-state.ts";

/** How many of the page's steps (placed, payment, ready) are behind an order; an order that ended in another way shows none. */
const stepsBehind: { [state in OrderState]?: number } = { awaiting_payment: 1, paid: 2, fulfilled: 3 };

/**
 * Marks the steps of `<ol id="order-steps">`: `data-step` done, current or ahead. Undefined hides them. An order with nothing to pay has no
 * payment step. An order that has to be posted is never ready here: its last step stays current, with the words of `data-shipping`.
 */
export function showSteps(order: OrderStatus | undefined): void {
  const known = order && stepsBehind[order.state];
  const behind = known === 3 && order?.needsShipping ? 2 : known;
  const list = pageElement("order-steps");
  list.hidden = behind === undefined;
  for (const [index, step] of [...list.children].entries()) {
    if (!(step instanceof HTMLElement) || behind === undefined) continue;
    step.hidden = index === 1 && order?.totalMinor === 0;
    const { shipping } = step.dataset;
    if (shipping && order?.needsShipping) step.textContent = shipping;
    const ahead = index > behind ? "ahead" : "current";
    step.dataset["step"] = index < behind ? "done" : ahead;
    if (index === behind) step.setAttribute("aria-current", "step");
    else step.removeAttribute("aria-current");
  }
}
