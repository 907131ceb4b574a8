import { plainCopy } from "../state/plain-copy.ts";
import type { LineItem, Price, Subscription } from "../state/stored.ts";

type SubscriptionItem = Subscription["items"]["data"][number];

export function subscription(fields: {
  id: string;
  customer: string;
  currency: string;
  description: string | null;
  metadata: Record<string, string>;
  items: SubscriptionItem[];
  created: number;
}): Subscription {
  return {
    id: fields.id,
    object: "subscription",
    application: null,
    application_fee_percent: null,
    automatic_tax: { disabled_reason: null, enabled: false, liability: null },
    billing_cycle_anchor: fields.created,
    billing_cycle_anchor_config: null,
    billing_mode: { flexible: { proration_discounts: "included" }, type: "flexible" },
    billing_schedules: [],
    billing_thresholds: null,
    cancel_at: null,
    cancel_at_period_end: false,
    canceled_at: null,
    cancellation_details: { comment: null, feedback: null, feedback_option: null, reason: null },
    collection_method: "charge_automatically",
    created: fields.created,
    currency: fields.currency,
    customer: fields.customer,
    customer_account: null,
    days_until_due: null,
    default_payment_method: null,
    default_source: null,
    default_tax_rates: [],
    description: fields.description,
    discounts: [],
    ended_at: null,
    invoice_settings: {
      account_tax_ids: null,
      custom_fields: null,
      description: null,
      footer: null,
      issuer: { type: "self" },
    },
    items: {
      object: "list",
      data: fields.items,
      has_more: false,
      url: `/v1/subscription_items?subscription=${fields.id}`,
    },
    latest_invoice: null,
    livemode: false,
    managed_payments: null,
    metadata: fields.metadata,
    next_pending_invoice_item_invoice: null,
    on_behalf_of: null,
    pause_collection: null,
    payment_settings: {
      payment_method_options: null,
      payment_method_types: null,
      save_default_payment_method: "off",
    },
    pending_invoice_item_interval: null,
    pending_setup_intent: null,
    pending_update: null,
    schedule: null,
    start_date: fields.created,
    // Until the first invoice is paid.
    status: "incomplete",
    test_clock: null,
    transfer_data: null,
    trial_end: null,
    trial_settings: {
      end_behavior: { billing_cycle_anchor: null, missing_payment_method: "create_invoice" },
    },
    trial_start: null,
  };
}

export function subscriptionItem(fields: {
  id: string;
  subscription: string;
  lineItem: LineItem;
  price: Price;
  created: number;
}): SubscriptionItem {
  return {
    id: fields.id,
    object: "subscription_item",
    billing_thresholds: null,
    created: fields.created,
    // Since the "basil" API versions periods are kept here, not on the subscription.
    current_period_end: periodEnd(fields.created, fields.price),
    current_period_start: fields.created,
    current_trial: null,
    discounts: [],
    metadata: {},
    plan: plan(fields.price),
    price: plainCopy(fields.price),
    quantity: fields.lineItem.quantity ?? 1,
    subscription: fields.subscription,
    tax_rates: [],
  };
}

/** The item in the period that follows its present one. */
export function itemInNextPeriod(item: SubscriptionItem): SubscriptionItem {
  const start = item.current_period_end;
  return { ...item, current_period_start: start, current_period_end: periodEnd(start, item.price) };
}

/** The legacy twin of a recurring price, which Stripe still sends along. */
function plan(price: Price): SubscriptionItem["plan"] {
  return {
    id: price.id,
    object: "plan",
    active: price.active,
    amount: price.unit_amount,
    amount_decimal: price.unit_amount_decimal,
    billing_scheme: "per_unit",
    created: price.created,
    currency: price.currency,
    interval: price.recurring?.interval ?? "month",
    interval_count: price.recurring?.interval_count ?? 1,
    livemode: false,
    metadata: {},
    meter: null,
    nickname: null,
    product: price.product,
    tiers_mode: null,
    transform_usage: null,
    trial_period_days: null,
    usage_type: "licensed",
  };
}

/** One interval later; the 31st becomes the last day of a shorter month, as Stripe bills it. */
function periodEnd(startSeconds: number, price: Price): number {
  const count = price.recurring?.interval_count ?? 1;
  const interval = price.recurring?.interval ?? "month";
  const start = new Date(startSeconds * 1000);
  if (interval === "day" || interval === "week") {
    return startSeconds + count * (interval === "week" ? 7 : 1) * 86_400;
  }
  const months = interval === "year" ? count * 12 : count;
  const end = new Date(start);
  end.setUTCDate(1);
  end.setUTCMonth(start.getUTCMonth() + months);
  const lastDay = new Date(Date.UTC(end.getUTCFullYear(), end.getUTCMonth() + 1, 0)).getUTCDate();
  end.setUTCDate(Math.min(start.getUTCDate(), lastDay));
  return Math.floor(end.getTime() / 1000);
}
