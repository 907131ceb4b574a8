import type Stripe from "stripe";
import type { InvoicePayment } from "../../state/stored.ts";
import { noSuch } from "../errors.ts";
import { expand, expandList } from "../expand.ts";
import { isSameOrAny, isWithin, newestFirst, paginate, paginationParameters } from "../pagination.ts";
import { list, object, oneOf, range, required, text, type Parameter } from "../parameters.ts";
import { expandParameter, route, type Route } from "../route.ts";

const invoiceListParameters = {
  ...paginationParameters,
  collection_method: oneOf<Stripe.InvoiceListParams.CollectionMethod>({
    charge_automatically: true,
    send_invoice: true,
  }),
  created: range(),
  customer: text(),
  customer_account: text(),
  due_date: range(),
  expand: list(text()),
  status: oneOf<Stripe.InvoiceListParams.Status>({
    draft: true,
    open: true,
    paid: true,
    uncollectible: true,
    void: true,
  }),
  subscription: text(),
} satisfies Record<keyof Stripe.InvoiceListParams, Parameter<unknown>>;

const paymentListParameters = {
  ...paginationParameters,
  created: range(),
  expand: list(text()),
  invoice: text(),
  payment: object({
    payment_intent: text(),
    payment_record: text(),
    type: required(
      oneOf<Stripe.InvoicePaymentListParams.Payment.Type>({ payment_intent: true, payment_record: true }),
    ),
  }),
  status: oneOf<Stripe.InvoicePaymentListParams.Status>({ canceled: true, open: true, paid: true }),
} satisfies Record<keyof Stripe.InvoicePaymentListParams, Parameter<unknown>>;

export const invoiceRoutes: Route[] = [
  route({
    method: "GET",
    path: "/v1/invoices/:id",
    parameters: expandParameter,
    run({ world, id, parameters }) {
      const invoice = world.state.invoices[id];
      if (invoice === undefined) throw noSuch("invoice", id, "invoice", 404);
      return expand(world.state, invoice, parameters.expand ?? []);
    },
  }),
  route({
    method: "GET",
    path: "/v1/invoices",
    parameters: invoiceListParameters,
    run({ world, parameters }) {
      const all = newestFirst(world.state.invoices);
      const matching = all.filter(
        (invoice) =>
          isWithin(invoice.created, parameters.created) &&
          (parameters.due_date === undefined ||
            (invoice.due_date !== null && isWithin(invoice.due_date, parameters.due_date))) &&
          isSameOrAny(parameters.collection_method, invoice.collection_method) &&
          isSameOrAny(parameters.customer, invoice.customer) &&
          isSameOrAny(parameters.customer_account, invoice.customer_account) &&
          isSameOrAny(parameters.status, invoice.status) &&
          isSameOrAny(parameters.subscription, invoice.parent?.subscription_details?.subscription ?? null),
      );
      return expandList(
        world.state,
        paginate(matching, parameters, "/v1/invoices", "invoice", all),
        "invoice",
        parameters.expand ?? [],
      );
    },
  }),
  route({
    method: "GET",
    path: "/v1/invoice_payments/:id",
    parameters: expandParameter,
    run({ world, id, parameters }) {
      const payment = world.state.invoicePayments[id];
      if (payment === undefined) throw noSuch("invoice_payment", id, "invoice_payment", 404);
      return expand(world.state, payment, parameters.expand ?? []);
    },
  }),
  route({
    method: "GET",
    path: "/v1/invoice_payments",
    parameters: paymentListParameters,
    run({ world, parameters }) {
      const all = newestFirst(world.state.invoicePayments);
      const matching = all.filter(
        (payment) =>
          isWithin(payment.created, parameters.created) &&
          isSameOrAny(parameters.invoice, payment.invoice) &&
          isSameOrAny(parameters.status, payment.status) &&
          isPaidBy(payment, parameters.payment),
      );
      return expandList(
        world.state,
        paginate(matching, parameters, "/v1/invoice_payments", "invoice_payment", all),
        "invoice_payment",
        parameters.expand ?? [],
      );
    },
  }),
];

function isPaidBy(
  { payment }: InvoicePayment,
  wanted:
    | { type: string; payment_intent?: string | undefined; payment_record?: string | undefined }
    | undefined,
): boolean {
  if (wanted === undefined) return true;
  return (
    payment.type === wanted.type &&
    isSameOrAny(wanted.payment_intent, payment.payment_intent ?? null) &&
    isSameOrAny(wanted.payment_record, payment.payment_record ?? null)
  );
}
