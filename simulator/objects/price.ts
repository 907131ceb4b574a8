import type { Price } from "../state/stored.ts";

export function price(fields: {
  id: string;
  product: string;
  unitAmount: number;
  currency: string;
  interval: "day" | "week" | "month" | "year" | null;
  intervalCount?: number;
  lookupKey: string | null;
  active: boolean;
  created: number;
}): Price {
  return {
    id: fields.id,
    object: "price",
    active: fields.active,
    billing_scheme: "per_unit",
    created: fields.created,
    currency: fields.currency,
    custom_unit_amount: null,
    livemode: false,
    lookup_key: fields.lookupKey,
    metadata: {},
    nickname: null,
    product: fields.product,
    recurring:
      fields.interval === null
        ? null
        : {
            interval: fields.interval,
            interval_count: fields.intervalCount ?? 1,
            meter: null,
            trial_period_days: null,
            usage_type: "licensed",
          },
    tax_behavior: "unspecified",
    tiers_mode: null,
    transform_quantity: null,
    type: fields.interval === null ? "one_time" : "recurring",
    unit_amount: fields.unitAmount,
    unit_amount_decimal: String(fields.unitAmount),
  };
}
