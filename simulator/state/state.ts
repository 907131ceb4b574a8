import type {
  Charge,
  CheckoutSession,
  Customer,
  Dispute,
  EventType,
  Invoice,
  InvoicePayment,
  LineItem,
  PaymentIntent,
  PaymentMethod,
  Price,
  Product,
  Refund,
  Subscription,
} from "./stored.ts";
import { plainCopy } from "./plain-copy.ts";

/** Objects by id. Ids are never integers, so insertion order is the order of creation, in JSON too. */
export type Collection<T> = Record<string, T>;

/** Everything the simulated Stripe remembers: plain JSON, so that it can be kept on disk and compared in tests. */
export interface SimulatedState {
  /** Raised when the shape changes; a file of another version is refused. */
  version: 2;
  products: Collection<Product>;
  prices: Collection<Price>;
  customers: Collection<Customer>;
  checkoutSessions: Collection<CheckoutSession>;
  /** By Checkout Session id. Stripe keeps line items apart too: they come only when expanded, never in events. */
  lineItems: Collection<LineItem[]>;
  /** By Checkout Session id: what the session was created with and its public object does not show. */
  checkoutIntents: Collection<CheckoutIntent>;
  paymentIntents: Collection<PaymentIntent>;
  paymentMethods: Collection<PaymentMethod>;
  charges: Collection<Charge>;
  refunds: Collection<Refund>;
  disputes: Collection<Dispute>;
  subscriptions: Collection<Subscription>;
  invoices: Collection<Invoice>;
  invoicePayments: Collection<InvoicePayment>;
  events: Collection<RecordedEvent>;
  deliveries: Collection<Delivery>;
  idempotencyRecords: Collection<IdempotencyRecord>;
}

/** What happens, or is waiting to happen, behind one Checkout Session. */
export interface CheckoutIntent {
  paymentIntentMetadata: Record<string, string>;
  paymentIntentDescription: string | null;
  statementDescriptor: string | null;
  statementDescriptorSuffix: string | null;
  receiptEmail: string | null;
  subscriptionMetadata: Record<string, string>;
  subscriptionDescription: string | null;
  /** Ways of sending that the session offers. */
  shippingRates?: { id: string; name: string; amount: number }[];
  /** What a promotion code takes off each item. */
  percentOff?: number;
  /** What Stripe Tax comes to for this buyer. */
  tax?: { percent: number; inclusive: boolean };
  /** Made by the first attempt to pay and reused by the next ones. Sessions show some of them only when complete. */
  paymentIntent: string | null;
  customer: string | null;
  subscription: string | null;
  invoice: string | null;
  /** The buyer is at 3-D Secure with this payment method. */
  authenticating: { paymentMethod: string; buyer: Buyer } | null;
  /** A delayed method was accepted; the bank's answer comes at `dueAt` (ms). */
  settling: { outcome: "succeeds" | "fails"; dueAt: number } | null;
}

/** What the buyer typed on the payment page. */
export interface Buyer {
  email: string;
  name: string | null;
  phone: string | null;
  shipping: { name: string; address: PostalAddress } | null;
}

interface PostalAddress {
  line1: string;
  line2: string | null;
  postal_code: string | null;
  city: string | null;
  state: string | null;
  country: string;
}

export interface RecordedEvent {
  id: string;
  /** Thin notifications of the same event carry an id of their own and point back at `id`. */
  notificationId: string;
  type: EventType;
  /** Seconds. */
  created: number;
  /** Milliseconds: from then on lists show it. */
  visibleAt: number;
  request: { id: string | null; idempotency_key: string | null };
  /** A copy made when the event happened; later changes of the object do not reach it. */
  snapshot: { id: string; object: string };
  previousAttributes: Record<string, unknown> | null;
  /** One for each endpoint that listened when it happened. */
  deliveries: string[];
}

/** One event on its way to one endpoint. */
export interface Delivery {
  id: string;
  event: string;
  endpoint: string;
  /** `failed`: every attempt of the schedule is used up. */
  status: "pending" | "succeeded" | "failed";
  /** An attempt has two outcomes while every event is sent twice on purpose. */
  attempts: { at: number; outcomes: string[] }[];
  /** Milliseconds; null while an attempt is under way, and when no more will come. */
  nextAttemptAt: number | null;
}

export interface IdempotencyRecord {
  key: string;
  path: string;
  /** SHA-256 over method, path and parameters. */
  fingerprint: string;
  createdAt: number;
  requestId: string;
  /** Null while the first request with this key is being executed. */
  answer: { status: number; body: string } | null;
}

/** A copy to work on: of the saved state, or an empty one. Requests that were being executed then are forgotten. */
export function restoredState(saved?: SimulatedState): SimulatedState {
  if (saved !== undefined && saved.version !== 2) {
    throw new Error(
      `The saved state of the simulated Stripe has version ${String(saved.version)}, this one reads version 2. Delete the file to start afresh.`,
    );
  }
  const state: SimulatedState = {
    version: 2,
    products: collection(saved?.products),
    prices: collection(saved?.prices),
    customers: collection(saved?.customers),
    checkoutSessions: collection(saved?.checkoutSessions),
    lineItems: collection(saved?.lineItems),
    checkoutIntents: collection(saved?.checkoutIntents),
    paymentIntents: collection(saved?.paymentIntents),
    paymentMethods: collection(saved?.paymentMethods),
    charges: collection(saved?.charges),
    refunds: collection(saved?.refunds),
    disputes: collection(saved?.disputes),
    subscriptions: collection(saved?.subscriptions),
    invoices: collection(saved?.invoices),
    invoicePayments: collection(saved?.invoicePayments),
    events: collection(saved?.events),
    deliveries: collection(saved?.deliveries),
    idempotencyRecords: collection(saved?.idempotencyRecords),
  };
  for (const [key, record] of Object.entries(state.idempotencyRecords)) {
    if (record.answer === null) delete state.idempotencyRecords[key];
  }
  for (const delivery of Object.values(state.deliveries)) delivery.nextAttemptAt ??= 0;
  return state;
}

/** Without a prototype, so that an id from outside, such as "constructor" or "__proto__", finds only what was put in. */
function collection<T>(saved: Collection<T> | undefined): Collection<T> {
  const empty = Object.create(null) as Collection<T>;
  return saved === undefined ? empty : Object.assign(empty, plainCopy(saved));
}
