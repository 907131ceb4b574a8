import type { Charge, Refund } from "../state/stored.ts";

export function refund(fields: {
  id: string;
  charge: Charge;
  amount: number;
  reason: Refund["reason"];
  metadata: Record<string, string>;
  created: number;
}): Refund {
  const isCard = fields.charge.payment_method_details?.type === "card";
  return {
    id: fields.id,
    object: "refund",
    amount: fields.amount,
    balance_transaction: null,
    charge: fields.charge.id,
    created: fields.created,
    currency: fields.charge.currency,
    customer: fields.charge.customer,
    customer_account: null,
    destination_details: isCard ? { type: "card", card: { type: "refund" } } : { type: "sepa_debit" },
    metadata: fields.metadata,
    payment_intent: fields.charge.payment_intent,
    payment_method: fields.charge.payment_method,
    reason: fields.reason,
    receipt_number: null,
    source_transfer_reversal: null,
    // Card refunds are final at once; a bank refund is on its way and may still come back.
    status: isCard ? "succeeded" : "pending",
    transfer_reversal: null,
  };
}
