import { plainCopy } from "../state/plain-copy.ts";
import type { Refund } from "../state/stored.ts";
import { isChargedBack } from "../transitions/dispute-charge.ts";
import { expireSession } from "../transitions/expire-session.ts";
import { failRefund, refundableAmount, refundCharge, succeedRefund } from "../transitions/refund-charge.ts";
import { settleDebit } from "../transitions/settle-debit.ts";
import type { AccountSurroundings } from "./account.ts";
import { byId } from "./by-id.ts";

export interface PaymentOperations {
  expire(sessionId: string): void;
  /** The bank's answer to a delayed payment, now. Without an outcome it is the one the buyer chose. */
  settleDelayed(sessionId: string, outcome?: "succeeds" | "fails"): void;
  /** Refunds a payment intent, fully or in part, as the dashboard does. */
  refund(paymentIntentId: string, amountMinor?: number): Refund;
  /** @throws unless the refund is on its way. */
  succeedRefund(refundId: string): void;
  /** @throws when the refund has failed already. */
  failRefund(refundId: string): void;
}

export function createPaymentOperations({ world, change }: AccountSurroundings): PaymentOperations {
  const { state } = world;
  return {
    expire: (sessionId) =>
      change(() => {
        const session = byId(state.checkoutSessions, sessionId, "Checkout Session");
        if (session.status !== "open")
          throw new Error(`The Checkout Session ${sessionId} is ${session.status}, not open.`);
        expireSession(world, session);
      }),
    settleDelayed: (sessionId, outcome) =>
      change(() => settleDebit(world, byId(state.checkoutSessions, sessionId, "Checkout Session"), outcome)),
    refund: (paymentIntentId, amountMinor) =>
      change(() => {
        const paymentIntent = byId(state.paymentIntents, paymentIntentId, "payment intent");
        const charge = byId(state.charges, paymentIntent.latest_charge ?? "", "charge");
        if (isChargedBack(state, charge)) throw new Error(`${paymentIntentId} has been charged back.`);
        const left = refundableAmount(charge);
        const amount = amountMinor ?? left;
        if (amount < 1 || amount > left)
          throw new Error(`Only ${left} of ${paymentIntentId} can be refunded.`);
        return plainCopy(refundCharge(world, charge, { amount, reason: null, metadata: {} }));
      }),
    succeedRefund: (refundId) => change(() => succeedRefund(world, byId(state.refunds, refundId, "refund"))),
    failRefund: (refundId) => change(() => failRefund(world, byId(state.refunds, refundId, "refund"))),
  };
}
