import type { Charge, Dispute } from "../state/stored.ts";

/** How a dispute comes to the shop; an inquiry takes no money, a resolution was settled before it became a chargeback. */
export type DisputeKind = "chargeback" | "inquiry" | "resolution";

const firstStatus = {
  chargeback: "needs_response",
  inquiry: "warning_needs_response",
  resolution: "prevented",
} as const;

const secondsToRespond = 9 * 86_400;

export function dispute(fields: { id: string; charge: Charge; kind: DisputeKind; created: number }): Dispute {
  const { charge, kind, created } = fields;
  const card = charge.payment_method_details?.card;
  return {
    id: fields.id,
    object: "dispute",
    amount: charge.amount,
    balance_transactions: [],
    charge: charge.id,
    created,
    currency: charge.currency,
    enhanced_eligibility_types: [],
    evidence: noEvidence(charge),
    evidence_details: {
      due_by: kind === "resolution" ? 0 : created + secondsToRespond,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
      submission_method: "not_submitted",
    },
    intended_submission_method: null,
    is_charge_refundable: kind === "inquiry",
    livemode: false,
    metadata: {},
    payment_intent: charge.payment_intent,
    ...(card === undefined
      ? {}
      : {
          payment_method_details: {
            card: {
              brand: card.brand ?? "visa",
              case_type: kind,
              network: card.network ?? "visa",
              network_reason_code: "10.4",
            },
            type: "card",
          },
        }),
    reason: card === undefined ? "debit_not_authorized" : "fraudulent",
    status: firstStatus[kind],
  };
}

function noEvidence(charge: Charge): Dispute["evidence"] {
  return {
    access_activity_log: null,
    billing_address: null,
    cancellation_policy: null,
    cancellation_policy_disclosure: null,
    cancellation_rebuttal: null,
    customer_communication: null,
    customer_email_address: charge.billing_details.email,
    customer_name: charge.billing_details.name,
    customer_purchase_ip: null,
    customer_signature: null,
    duplicate_charge_documentation: null,
    duplicate_charge_explanation: null,
    duplicate_charge_id: null,
    enhanced_evidence: {},
    product_description: null,
    receipt: null,
    refund_policy: null,
    refund_policy_disclosure: null,
    refund_refusal_explanation: null,
    service_date: null,
    service_documentation: null,
    shipping_address: null,
    shipping_carrier: null,
    shipping_date: null,
    shipping_documentation: null,
    shipping_tracking_number: null,
    uncategorized_file: null,
    uncategorized_text: null,
  };
}
