import type { Buyer } from "./state/state.ts";
import type { CheckoutSession } from "./state/stored.ts";
import type { World } from "./state/world.ts";
import { answerAuthentication } from "./transitions/answer-authentication.ts";
import { chooseOptions, type CheckoutChoices } from "./transitions/choose-options.ts";
import { takeDashboardLines, type DashboardLines } from "./transitions/dashboard-lines.ts";
import { paySession, type PaymentChoice, type PaymentResult } from "./transitions/pay-session.ts";

interface PaymentDetails extends CheckoutChoices, DashboardLines {
  /** A test card's number. Default: 4242424242424242. */
  card?: string;
  /** Pay by SEPA Direct Debit instead; the bank's answer comes later. */
  delayed?: "succeeds" | "fails";
  email?: string;
  name?: string | null;
  phone?: string | null;
  shipping?: Buyer["shipping"];
  /** Adaptive Pricing showed the price in the buyer's own currency, and that is what they pay. */
  presentment?: { amountMinor: number; currency: string };
}

/** The buyer at the payment page, for tests that need no HTML. */
export interface SimulatedBuyer {
  pay(sessionId: string, details?: PaymentDetails): PaymentResult;
  /** Answers the 3-D Secure question that `pay` ended at. */
  authenticate(sessionId: string, answer: "accept" | "refuse"): PaymentResult;
}

export function createBuyer(surroundings: {
  world: World;
  change<T>(transition: () => T): T;
  delayedPaymentMs: number;
}): SimulatedBuyer {
  const { world, change, delayedPaymentMs } = surroundings;

  function openSession(id: string): CheckoutSession {
    const session = world.state.checkoutSessions[id];
    if (session === undefined) throw new Error(`The simulated Stripe has no Checkout Session ${id}.`);
    if (session.status !== "open")
      throw new Error(`The Checkout Session ${id} is ${session.status}, not open.`);
    return session;
  }

  return {
    pay: (sessionId, details = {}) =>
      change(() => {
        const session = openSession(sessionId);
        takeDashboardLines(world, session, details);
        chooseOptions(world, session, details);
        const buyer: Buyer = {
          email: details.email ?? session.customer_email ?? "jenny.rosen@example.com",
          name: details.name === undefined ? "Jenny Rosen" : details.name,
          phone: details.phone ?? null,
          shipping: details.shipping ?? null,
        };
        const { presentment } = details;
        if (presentment !== undefined) {
          session.presentment_details = {
            presentment_amount: presentment.amountMinor,
            presentment_currency: presentment.currency,
          };
        }
        return paySession(world, session, buyer, paymentChoice(session, details, delayedPaymentMs));
      }),
    authenticate: (sessionId, answer) =>
      change(() => answerAuthentication(world, openSession(sessionId), answer === "accept")),
  };
}

function paymentChoice(
  session: CheckoutSession,
  details: PaymentDetails,
  settlesAfterMs: number,
): PaymentChoice {
  if (session.mode === "payment" && session.amount_total === 0) return { method: "none" };
  const method = details.delayed === undefined ? "card" : "sepa_debit";
  if (!session.payment_method_types.includes(method)) {
    throw new Error(
      `${session.id} does not offer ${method}, only ${session.payment_method_types.join(", ")}.`,
    );
  }
  if (details.delayed !== undefined)
    return { method: "sepa_debit", outcome: details.delayed, settlesAfterMs };
  return {
    method: "card",
    card: { number: details.card ?? "4242424242424242", expMonth: 12, expYear: 2034 },
  };
}
