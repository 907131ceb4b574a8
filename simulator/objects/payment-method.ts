import type { Buyer } from "../state/state.ts";
import type { PaymentMethod } from "../state/stored.ts";

/** What is kept of a card: never its number. */
export interface CardDetails {
  brand: string;
  last4: string;
  expMonth: number;
  expYear: number;
  funding: string;
}

export function cardPaymentMethod(fields: {
  id: string;
  card: CardDetails;
  buyer: Buyer;
  created: number;
}): PaymentMethod {
  const { card } = fields;
  return {
    ...paymentMethodBase(fields),
    type: "card",
    card: {
      brand: card.brand,
      checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: "pass" },
      country: "US",
      display_brand: card.brand,
      exp_month: card.expMonth,
      exp_year: card.expYear,
      funding: card.funding,
      generated_from: null,
      last4: card.last4,
      networks: { available: [card.brand], preferred: null },
      regulated_status: "unregulated",
      three_d_secure_usage: { supported: true },
      wallet: null,
    },
  };
}

/** A bank account as Stripe's test IBANs describe it (DE89 3704 0044 0532 0130 00). */
export function sepaPaymentMethod(fields: { id: string; buyer: Buyer; created: number }): PaymentMethod {
  return {
    ...paymentMethodBase(fields),
    type: "sepa_debit",
    sepa_debit: {
      bank_code: "37040044",
      branch_code: "",
      country: "DE",
      fingerprint: null,
      generated_from: { charge: null, setup_attempt: null },
      last4: "3000",
    },
  };
}

function paymentMethodBase(fields: { id: string; buyer: Buyer; created: number }) {
  return {
    id: fields.id,
    object: "payment_method" as const,
    allow_redisplay: "limited",
    billing_details: billingDetails(fields.buyer),
    created: fields.created,
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: {},
  };
}

function billingDetails(buyer: Buyer): PaymentMethod["billing_details"] {
  return { address: null, email: buyer.email, name: buyer.name, phone: buyer.phone, tax_id: null };
}
