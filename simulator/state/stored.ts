import type Stripe from "stripe";

/**
 * A type of Stripe's SDK as the simulated account keeps it, which is also how JSON carries it: decimals are
 * strings, and an expandable field holds the id (`expand` replaces ids on the way out, never in the state).
 */
export type Stored<T> = T extends string
  ? T
  : T extends Stripe.Decimal
    ? string
    : T extends readonly (infer Item)[]
      ? StoredField<Item>[]
      : T extends object
        ? { [Key in keyof T]: StoredField<T[Key]> }
        : T;

/** `string | Customer | null` is expandable: what remains of it is `string | null`. */
type StoredField<T> = [Extract<T, string>] extends [never]
  ? Stored<T>
  : Stored<Exclude<T, { object: string }>>;

/** Every event name the SDK lists, so that a misspelt one does not compile. */
export type EventType = Stripe.EventBase["type"];

export type Price = Stored<Stripe.Price>;
export type Product = Stored<Stripe.Product>;
export type CheckoutSession = Stored<Stripe.Checkout.Session>;
export type LineItem = Stored<Stripe.LineItem>;
export type Customer = Stored<Stripe.Customer>;
export type PaymentIntent = Stored<Stripe.PaymentIntent>;
export type PaymentMethod = Stored<Stripe.PaymentMethod>;
export type Charge = Stored<Stripe.Charge>;
export type Refund = Stored<Stripe.Refund>;
export type Subscription = Stored<Stripe.Subscription>;
export type Invoice = Stored<Stripe.Invoice>;
export type InvoicePayment = Stored<Stripe.InvoicePayment>;
export type Dispute = Stored<Stripe.Dispute>;
