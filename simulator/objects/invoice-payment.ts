import type { Invoice, InvoicePayment, PaymentIntent } from "../state/stored.ts";

/** Ties an invoice to the payment intent that is to pay it. */
export function invoicePayment(fields: {
  id: string;
  invoice: Invoice;
  paymentIntent: PaymentIntent;
  created: number;
}): InvoicePayment {
  const { invoice, paymentIntent } = fields;
  return {
    id: fields.id,
    object: "invoice_payment",
    amount_paid: null,
    amount_requested: invoice.amount_due,
    created: fields.created,
    currency: invoice.currency,
    invoice: invoice.id,
    is_default: true,
    livemode: false,
    payment: { type: "payment_intent", payment_intent: paymentIntent.id },
    status: "open",
    status_transitions: { canceled_at: null, paid_at: null },
  };
}
