import type { SimulatedState } from "../state/state.ts";
import { newestFirst, paginate, type List } from "./pagination.ts";

/** What one field expands to: an object by its id, a list made on demand, or an object that is always there. */
export type Field =
  | { kind: "reference"; to: string; find: (state: SimulatedState, id: string) => object | undefined }
  | { kind: "list"; of: string; make: (state: SimulatedState, ownerId: string) => List<object> }
  | { kind: "included"; to: string }
  | { kind: "included list"; of: string };

const reference = (to: string, collection: keyof SimulatedState): Field => ({
  kind: "reference",
  to,
  find: (state, id) => (state[collection] as Record<string, object>)[id],
});

/** The expandable fields of each object type, by their dotted path inside it. */
export const expandableFields: Record<string, Record<string, Field>> = {
  "checkout.session": {
    customer: reference("customer", "customers"),
    invoice: reference("invoice", "invoices"),
    line_items: { kind: "list", of: "item", make: lineItemsOf },
    payment_intent: reference("payment_intent", "paymentIntents"),
    subscription: reference("subscription", "subscriptions"),
  },
  item: { price: { kind: "included", to: "price" } },
  price: {
    // No price here has any. The field is absent, as at Stripe until it is expanded.
    currency_options: { kind: "included", to: "currency_options" },
    product: reference("product", "products"),
  },
  plan: { product: reference("product", "products") },
  product: { default_price: reference("price", "prices") },
  payment_intent: {
    customer: reference("customer", "customers"),
    latest_charge: reference("charge", "charges"),
    payment_method: reference("payment_method", "paymentMethods"),
  },
  payment_method: { customer: reference("customer", "customers") },
  charge: {
    customer: reference("customer", "customers"),
    payment_intent: reference("payment_intent", "paymentIntents"),
    refunds: { kind: "list", of: "refund", make: refundsOf },
  },
  dispute: {
    charge: reference("charge", "charges"),
    payment_intent: reference("payment_intent", "paymentIntents"),
  },
  refund: {
    charge: reference("charge", "charges"),
    payment_intent: reference("payment_intent", "paymentIntents"),
  },
  subscription: {
    customer: reference("customer", "customers"),
    default_payment_method: reference("payment_method", "paymentMethods"),
    items: { kind: "included list", of: "subscription_item" },
    latest_invoice: reference("invoice", "invoices"),
  },
  subscription_item: {
    plan: { kind: "included", to: "plan" },
    price: { kind: "included", to: "price" },
  },
  invoice: {
    customer: reference("customer", "customers"),
    "parent.subscription_details.subscription": reference("subscription", "subscriptions"),
    payments: { kind: "list", of: "invoice_payment", make: paymentsOf },
  },
  invoice_payment: {
    invoice: reference("invoice", "invoices"),
    "payment.payment_intent": reference("payment_intent", "paymentIntents"),
  },
  customer: {},
  event: {},
};

/** Ten, like any first page: a shop that sells more lines has to page through `/line_items`. */
function lineItemsOf(state: SimulatedState, sessionId: string): List<object> {
  return paginate(
    state.lineItems[sessionId] ?? [],
    {},
    `/v1/checkout/sessions/${sessionId}/line_items`,
    "item",
  );
}

function refundsOf(state: SimulatedState, chargeId: string): List<object> {
  const refunds = newestFirst(state.refunds).filter((refund) => refund.charge === chargeId);
  return paginate(refunds, {}, `/v1/charges/${chargeId}/refunds`, "refund");
}

function paymentsOf(state: SimulatedState, invoiceId: string): List<object> {
  const payments = newestFirst(state.invoicePayments).filter((payment) => payment.invoice === invoiceId);
  return paginate(payments, {}, `/v1/invoice_payments?invoice=${invoiceId}`, "invoice_payment");
}
