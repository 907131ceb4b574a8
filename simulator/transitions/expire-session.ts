import { announce } from "../state/announce.ts";
import type { CheckoutSession } from "../state/stored.ts";
import { nowSeconds, type World } from "../state/world.ts";

/** Closes an open session for good, as the API's `expire` and the passing of `expires_at` do. */
export function expireSession(world: World, session: CheckoutSession): void {
  session.status = "expired";
  session.url = null;
  const intent = world.state.checkoutIntents[session.id];
  if (intent !== undefined) {
    intent.authenticating = null;
    cancelPaymentIntent(world, intent.paymentIntent);
  }
  announce(world, "checkout.session.expired", session);
}

/** Expires every open session whose time has come. Run before anything looks at the state. */
export function expireDueSessions(world: World): void {
  const now = nowSeconds(world);
  for (const session of Object.values(world.state.checkoutSessions)) {
    if (session.status === "open" && session.expires_at <= now) expireSession(world, session);
  }
}

/** A declined attempt leaves a payment intent behind; nobody can pay it once its session is gone. */
function cancelPaymentIntent(world: World, id: string | null): void {
  const paymentIntent = id === null ? undefined : world.state.paymentIntents[id];
  if (paymentIntent === undefined) return;
  paymentIntent.status = "canceled";
  paymentIntent.cancellation_reason = "expired";
  paymentIntent.canceled_at = nowSeconds(world);
  paymentIntent.next_action = null;
  announce(world, "payment_intent.canceled", paymentIntent);
}
