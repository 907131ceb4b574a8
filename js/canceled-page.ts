/** canceled.html: leads back to the same Checkout while it is open, and never says "not charged" of a paid order. */
import { checkoutUrl } from "./checkout-url.ts";
import { fetchOrderStatus, type OrderStatus } from "./order-status.ts";
import { variantsOf } from "./order-variants.ts";
import { showState } from "./page-state.ts";
import { takeReturnAddress, type ReturnAddress } from "./return-address.ts";

/** Short: the buyer can just as well go back to the shop. */
const pausesMs = [1000, 3000, 0];

const address = takeReturnAddress();
if (address) void ask(address);
else showState("no_order");

async function ask(from: ReturnAddress): Promise<void> {
  for (const pauseMs of pausesMs) {
    const answer = await fetchOrderStatus(from);
    if (answer.kind === "not_found") return showState("no_order");
    if (answer.kind === "order") return showOrder(answer.order, from.sessionId);
    await new Promise((resolve) => setTimeout(resolve, Math.max(pauseMs, answer.retryAfterMs)));
  }
}

function showOrder(order: OrderStatus, id: string): void {
  const { state, checkoutUrl: checkout = "" } = order;
  if (state === "open" && !checkoutUrl.test(checkout)) return showState("no_order");
  showState(state, {
    variants: variantsOf(order),
    links: { checkout, order: `/success.html?${new URLSearchParams({ session_id: id })}` },
  });
}
