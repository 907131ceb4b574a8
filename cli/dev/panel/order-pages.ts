import { backTo, refusal } from "./document.ts";
import { actionsFor } from "./order-actions.ts";
import { orderPage, type OrderPageDependencies } from "./order-page.ts";
import { ordersOverview } from "./orders-overview.ts";
import { findSimulatedOrder } from "./simulated-order.ts";

/** A form is answered after its webhooks are; if the shop takes longer, the page shows that it does. */
const PATIENCE_MS = 5_000;

/** `/__dev`: every checkout, what may happen to it next, and what has. */
export function createOrderPages(dependencies: OrderPageDependencies) {
  const { stripe, loadServices, tryAgain } = dependencies;

  return async (request: Request, path: string): Promise<Response | undefined> => {
    const [, sessionId = "", command] =
      /^\/__dev\/orders\/(cs_test_\w+)(?:\/(act|resend))?$/.exec(path) ?? [];
    if (request.method === "POST") return change(path, sessionId, command, await request.formData());
    if (path === "/__dev") return ordersOverview(stripe, (await loadServices()).store);
    if (sessionId === "" || command !== undefined) return undefined;
    return orderPage(dependencies, sessionId);
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
        const control = (await (await loadServices()).store.readControl(sessionId))?.control;
        const groups = actionsFor(order, stripe.account, { control, tryAgain });
        const actions = groups.flatMap((group) => group.actions);
        const action = actions.find(({ id }) => id === textOf(form, "action"));
        if (action === undefined)
          return await orderPage(dependencies, sessionId, "That is no longer possible.");
        await action.run(textOf(form, "amount"));
      }
    } catch (error) {
      return orderPage(dependencies, sessionId, error instanceof Error ? error.message : String(error));
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
    else return refusal(400, "There is no such trouble", "Choose one of those under the orders.");
    return backTo("/__dev");
  }
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
