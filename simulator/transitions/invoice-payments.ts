import { invoicePayment } from "../objects/invoice-payment.ts";
import { announce } from "../state/announce.ts";
import type { Invoice, PaymentIntent } from "../state/stored.ts";
import { newId, nowSeconds, type World } from "../state/world.ts";

/** From now on the invoice shares the fate of this payment intent. */
export function linkInvoicePayment(world: World, invoice: Invoice, paymentIntent: PaymentIntent): void {
  const id = newId(world, "inpay");
  world.state.invoicePayments[id] = invoicePayment({
    id,
    invoice,
    paymentIntent,
    created: nowSeconds(world),
  });
}

/** The payment that belongs to an invoice has succeeded. */
export function payInvoice(world: World, invoice: Invoice): void {
  const now = nowSeconds(world);
  for (const payment of Object.values(world.state.invoicePayments)) {
    if (payment.invoice !== invoice.id || payment.status !== "open") continue;
    payment.status = "paid";
    payment.amount_paid = payment.amount_requested;
    payment.status_transitions.paid_at = now;
  }
  invoice.status = "paid";
  invoice.amount_paid = invoice.amount_due;
  invoice.amount_remaining = 0;
  invoice.attempted = true;
  invoice.attempt_count += 1;
  invoice.next_payment_attempt = null;
  invoice.status_transitions.paid_at = now;
  announce(world, "invoice.paid", invoice);
  announce(world, "invoice.payment_succeeded", invoice);
}

/** The payment intent that an invoice waits for, or was paid by. */
export function paymentIntentOf(world: World, invoice: Invoice): PaymentIntent | undefined {
  const payment = Object.values(world.state.invoicePayments).find(
    (candidate) => candidate.invoice === invoice.id,
  );
  return world.state.paymentIntents[payment?.payment.payment_intent ?? ""];
}
