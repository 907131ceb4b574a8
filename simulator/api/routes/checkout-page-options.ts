import type Stripe from "stripe";
import { metadata } from "../metadata.ts";
import {
  boolean,
  integer,
  list,
  object,
  oneOf,
  required,
  text,
  unsimulated,
  type Parameter,
} from "../parameters.ts";

type Create = Stripe.Checkout.SessionCreateParams;
type Field = Stripe.Checkout.SessionCreateParams.CustomField;
type Rate = Stripe.Checkout.SessionCreateParams.ShippingOption.ShippingRateData;
type Unit = Stripe.Checkout.SessionCreateParams.ShippingOption.ShippingRateData.DeliveryEstimate.Minimum.Unit;

/** What Checkout's page may ask for besides the payment: parameters of `POST /v1/checkout/sessions`. */

export const automaticTax = object({
  enabled: required(boolean()),
  liability: unsimulated(),
} satisfies Record<keyof NonNullable<Create["automatic_tax"]>, Parameter<unknown>>);

export const taxIdCollection = object({
  enabled: required(boolean()),
  required: oneOf<NonNullable<NonNullable<Create["tax_id_collection"]>["required"]>>({
    if_supported: true,
    never: true,
  }),
} satisfies Record<keyof NonNullable<Create["tax_id_collection"]>, Parameter<unknown>>);

export const consentCollection = object({
  payment_method_reuse_agreement: unsimulated(),
  promotions: unsimulated(),
  terms_of_service: oneOf<NonNullable<NonNullable<Create["consent_collection"]>["terms_of_service"]>>({
    none: true,
    required: true,
  }),
} satisfies Record<keyof NonNullable<Create["consent_collection"]>, Parameter<unknown>>);

const lengths = {
  default_value: text({ max: 255 }),
  maximum_length: integer({ min: 1, max: 255 }),
  minimum_length: integer({ min: 1, max: 255 }),
};

export const customFields = list(
  object({
    dropdown: object({
      default_value: text({ max: 100 }),
      options: required(
        list(object({ label: required(text({ max: 100 })), value: required(text({ max: 100 })) }), {
          max: 200,
        }),
      ),
    }),
    key: required(text({ max: 200 })),
    label: required(
      object({
        custom: required(text({ max: 50 })),
        type: required(oneOf<Field["label"]["type"]>({ custom: true })),
      }),
    ),
    numeric: object(lengths),
    optional: boolean(),
    text: object(lengths),
    type: required(oneOf<Field["type"]>({ dropdown: true, numeric: true, text: true })),
  } satisfies Record<keyof Field, Parameter<unknown>>),
  { max: 3 },
);

const estimate = object({
  unit: required(oneOf<Unit>({ business_day: true, day: true, hour: true, month: true, week: true })),
  value: required(integer({ min: 1 })),
});

export const shippingOptions = list(
  object({
    shipping_rate: text(),
    shipping_rate_data: object({
      delivery_estimate: object({ maximum: estimate, minimum: estimate }),
      display_name: required(text({ max: 100 })),
      fixed_amount: object({
        amount: required(integer({ min: 0 })),
        currency: required(text({ max: 3 })),
        currency_options: unsimulated(),
      }),
      metadata: metadata(),
      tax_behavior: oneOf<NonNullable<Rate["tax_behavior"]>>({
        exclusive: true,
        inclusive: true,
        unspecified: true,
      }),
      tax_code: text(),
      type: oneOf<NonNullable<Rate["type"]>>({ fixed_amount: true }),
    } satisfies Record<keyof Rate, Parameter<unknown>>),
  }),
  { max: 5 },
);
