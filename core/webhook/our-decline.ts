import { whoseSale, type ShopIdentity } from "../stripe/whose-sale.ts";
import type { StripeEvent } from "./stripe-event.ts";

/** Stripe reports every card that was refused; only an owner who suspects thieves wants to know. */
const DECLINED = "payment_intent.payment_failed";

/**
 * Whether an event says that a card was declined in a checkout of this shop, as far as it can be told. One-time payments carry the
 * shop's marker. Those of subscriptions do not and are left out: most of them are renewals with honest cards that have expired. A
 * thin event does not say whose payment it was, and asking Stripe about every stolen card would cost us more than the thief.
 * So it counts: for an alarm, too many does less harm than none.
 */
export function isOurDecline(
  { type, livemode, account, metadata }: StripeEvent,
  shop: { livemode: boolean; identity: ShopIdentity },
): boolean {
  if (type !== DECLINED || livemode !== shop.livemode || account !== undefined) return false;
  return metadata === undefined || whoseSale({ metadata }, shop.identity) === "ours";
}
