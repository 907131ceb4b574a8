/** canceled.html: leads back to the same Checkout while it is open, and does not claim "not charged" of a paid order. */
import { checkoutUrl } from "./checkout-url.ts";
import { fetchOrderStatus, type OrderStatus } from "./order-status.ts";
import { showState } from "./page-state.ts";
import { takeSessionId } from "./return-address.ts";

/** A buyer who can just as well go back to the shop does not wait long for us. */
const pausesMs = [1000, 3000, 0];

const sessionId = takeSessionId();
if (sessionId) void ask(sessionId);
else showState("no_order");

async function ask(id: string): Promise<void> {
  for (const pauseMs of pausesMs) {
    const answer = await fetchOrderStatus(id);
    if (answer.kind === "not_found") return showState("no_order");
    if (answer.kind === "order") return showOrder(answer.order, id);
    await new Promise((resolve) => setTimeout(resolve, Math.max(pauseMs, answer.retryAfterMs)));
  }
}

function showOrder({ state, checkoutUrl: checkout = "" }: OrderStatus, id: string): void {
  if (state === "open" && !checkoutUrl.test(checkout)) return showState("no_order");
  showState(state, {
    links: { checkout, order: `/success.html?${new URLSearchParams({ session_id: id })}` },
  });
}
