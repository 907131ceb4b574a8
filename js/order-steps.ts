import type { OrderState } from "./order-status.ts";
import { pageElement } from "./page-state.ts";

/** How many of the page's steps (placed, payment, ready) are behind an order; an order that ended otherwise has none to show. */
const stepsBehind: { [state in OrderState]?: number } = { awaiting_payment: 1, paid: 2, fulfilled: 3 };

/** Marks the steps of `<ol id="order-steps">`: `data-step` done, current or ahead. Undefined hides them. */
export function showSteps(state: OrderState | undefined): void {
  const behind = state && stepsBehind[state];
  const list = pageElement("order-steps");
  list.hidden = behind === undefined;
  for (const [index, step] of [...list.children].entries()) {
    if (!(step instanceof HTMLElement) || behind === undefined) continue;
    const ahead = index > behind ? "ahead" : "current";
    step.dataset["step"] = index < behind ? "done" : ahead;
    if (index === behind) step.setAttribute("aria-current", "step");
    else step.removeAttribute("aria-current");
  }
}
