import { plainCopy } from "../state/plain-copy.ts";
import type { Charge, PaymentIntent, PaymentMethod } from "../state/stored.ts";

export interface ChargeFailure {
  code: string;
  declineCode: string | null;
  message: string;
}

export function charge(fields: {
  id: string;
  paymentIntent: PaymentIntent;
  paymentMethod: PaymentMethod;
  status: "succeeded" | "pending" | "failed";
  failure: ChargeFailure | null;
  threeDSecure: boolean;
  receiptUrl: string;
  created: number;
}): Charge {
  const { paymentIntent, paymentMethod, failure } = fields;
  const succeeded = fields.status === "succeeded";
  return {
    id: fields.id,
    object: "charge",
    amount: paymentIntent.amount,
    amount_captured: succeeded ? paymentIntent.amount : 0,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: null,
    billing_details: plainCopy(paymentMethod.billing_details),
    calculated_statement_descriptor: paymentIntent.statement_descriptor ?? "SIMULATED STRIPE",
    captured: fields.status !== "failed",
    created: fields.created,
    currency: paymentIntent.currency,
    customer: paymentIntent.customer,
    description: paymentIntent.description,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: failure?.code ?? null,
    failure_message: failure?.message ?? null,
    fraud_details: {},
    livemode: false,
    metadata: { ...paymentIntent.metadata },
    on_behalf_of: null,
    outcome: chargeOutcome(failure),
    paid: fields.status !== "failed",
    payment_intent: paymentIntent.id,
    payment_method: paymentMethod.id,
    payment_method_details: paymentMethodDetails(paymentMethod, paymentIntent.amount, fields.threeDSecure),
    receipt_email: paymentIntent.receipt_email,
    receipt_number: null,
    receipt_url: fields.status === "failed" ? null : fields.receiptUrl,
    refunded: false,
    review: null,
    shipping: plainCopy(paymentIntent.shipping),
    source: null,
    source_transfer: null,
    statement_descriptor: paymentIntent.statement_descriptor,
    statement_descriptor_suffix: paymentIntent.statement_descriptor_suffix,
    status: fields.status,
    transfer_data: null,
    transfer_group: null,
  };
}

export function chargeOutcome(failure: ChargeFailure | null): Charge["outcome"] {
  if (failure === null) {
    return {
      advice_code: null,
      network_advice_code: null,
      network_decline_code: null,
      network_status: "approved_by_network",
      reason: null,
      risk_level: "normal",
      risk_score: 24,
      seller_message: "Payment complete.",
      type: "authorized",
    };
  }
  return {
    advice_code: "try_again_later",
    network_advice_code: null,
    network_decline_code: null,
    network_status: "declined_by_network",
    reason: failure.declineCode ?? failure.code,
    risk_level: "normal",
    risk_score: 48,
    seller_message: "The bank did not return any further details with this decline.",
    type: "issuer_declined",
  };
}

function paymentMethodDetails(
  paymentMethod: PaymentMethod,
  amount: number,
  threeDSecure: boolean,
): Charge["payment_method_details"] {
  const { card, sepa_debit: sepa } = paymentMethod;
  if (card !== undefined) {
    return {
      type: "card",
      card: {
        amount_authorized: amount,
        authorization_code: null,
        brand: card.brand,
        checks: card.checks,
        country: card.country,
        electronic_commerce_indicator: null,
        exp_month: card.exp_month,
        exp_year: card.exp_year,
        funding: card.funding,
        installments: null,
        last4: card.last4,
        mandate: null,
        network: card.brand,
        network_transaction_id: null,
        regulated_status: "unregulated",
        three_d_secure: threeDSecure
          ? {
              authentication_flow: "challenge",
              electronic_commerce_indicator: null,
              exemption_indicator: null,
              result: "authenticated",
              result_reason: null,
              transaction_id: null,
              version: "2.2.0",
            }
          : null,
        transaction_link_id: null,
        wallet: null,
      },
    };
  }
  return {
    type: "sepa_debit",
    sepa_debit: {
      bank_code: sepa?.bank_code ?? null,
      branch_code: sepa?.branch_code ?? null,
      country: sepa?.country ?? null,
      fingerprint: null,
      last4: sepa?.last4 ?? null,
      mandate: null,
    },
  };
}
