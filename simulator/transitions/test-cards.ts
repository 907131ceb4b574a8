import type { CardDetails } from "../objects/payment-method.ts";
import type { ChargeFailure } from "../objects/charge.ts";

/** What Stripe's test cards do: https://docs.stripe.com/testing */
export type CardBehavior =
  | { kind: "pays" }
  | { kind: "authenticates" }
  | { kind: "declines"; failure: ChargeFailure };

const declined = (declineCode: string, message: string, code = "card_declined"): CardBehavior => ({
  kind: "declines",
  failure: { code, declineCode, message },
});

const genericDecline = "Your card was declined.";

const behaviors: Record<string, CardBehavior> = {
  "4242424242424242": { kind: "pays" },
  "4000056655665556": { kind: "pays" },
  "5555555555554444": { kind: "pays" },
  "2223003122003222": { kind: "pays" },
  "378282246310005": { kind: "pays" },
  "4000002500003155": { kind: "authenticates" },
  "4000002760003184": { kind: "authenticates" },
  "4000000000000002": declined("generic_decline", genericDecline),
  "4000000000009995": declined("insufficient_funds", "Your card has insufficient funds."),
  "4000000000009987": declined("lost_card", genericDecline),
  "4000000000009979": declined("stolen_card", genericDecline),
  "4000000000000069": declined("expired_card", "Your card has expired.", "expired_card"),
  "4000000000000127": declined("incorrect_cvc", "Your card's security code is incorrect.", "incorrect_cvc"),
  "4000000000000119": declined(
    "processing_error",
    "An error occurred while processing your card. Try again in a little bit.",
    "processing_error",
  ),
};

/** Any number that is not a test card is declined, with Stripe's explanation. */
const notATestCard = declined(
  "test_mode_live_card",
  "Your card was declined. Your request was in test mode, but used a non test card. For a list of valid test cards, visit: https://stripe.com/docs/testing.",
);

export function cardBehavior(number: string): CardBehavior {
  return behaviors[number] ?? notATestCard;
}

export function cardDetails(card: { number: string; expMonth: number; expYear: number }): CardDetails {
  return {
    brand: cardBrand(card.number),
    last4: card.number.slice(-4),
    expMonth: card.expMonth,
    expYear: card.expYear,
    funding: card.number === "4000056655665556" ? "debit" : "credit",
  };
}

function cardBrand(number: string): string {
  if (number.startsWith("4")) return "visa";
  if (/^(5[1-5]|2[2-7])/.test(number)) return "mastercard";
  if (/^3[47]/.test(number)) return "amex";
  return "unknown";
}
