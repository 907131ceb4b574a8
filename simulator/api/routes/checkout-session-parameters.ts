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

import {
  automaticTax,
  consentCollection,
  customFields,
  shippingOptions,
  taxIdCollection,
} from "./checkout-page-options.ts";
import { locale } from "./locales.ts";
import { allowedPaymentMethodType, excludedPaymentMethodType } from "./payment-method-types.ts";

type Create = Stripe.Checkout.SessionCreateParams;

/** Stripe takes it; the simulation accepts it, does nothing with it and says so through `onNotice`. */
export const ignored = unsimulated();

const lineItem = {
  adjustable_quantity: object({
    enabled: required(boolean()),
    maximum: integer({ min: 1, max: 999_999 }),
    minimum: integer({ min: 0 }),
  }),
  metadata: metadata(),
  price: text(),
  price_data: ignored,
  quantity: integer({ min: 1, max: 999_999 }),
  tax_rates: ignored,
} satisfies Record<keyof Stripe.Checkout.SessionCreateParams.LineItem, Parameter<unknown>>;

const paymentIntentData = {
  application_fee_amount: ignored,
  capture_method: ignored,
  description: text({ max: 1000 }),
  metadata: metadata(),
  on_behalf_of: ignored,
  receipt_email: text({ max: 800 }),
  setup_future_usage: ignored,
  shipping: ignored,
  statement_descriptor: text({ max: 22 }),
  statement_descriptor_suffix: text({ max: 22 }),
  transfer_data: ignored,
  transfer_group: ignored,
} satisfies Record<keyof Stripe.Checkout.SessionCreateParams.PaymentIntentData, Parameter<unknown>>;

const subscriptionData = {
  application_fee_percent: ignored,
  billing_cycle_anchor: ignored,
  billing_cycle_anchor_config: ignored,
  billing_mode: ignored,
  default_tax_rates: ignored,
  description: text({ max: 500 }),
  invoice_settings: ignored,
  metadata: metadata(),
  on_behalf_of: ignored,
  pending_invoice_item_interval: ignored,
  proration_behavior: ignored,
  transfer_data: ignored,
  trial_end: ignored,
  trial_period_days: ignored,
  trial_settings: ignored,
} satisfies Record<keyof Stripe.Checkout.SessionCreateParams.SubscriptionData, Parameter<unknown>>;

/**
 * Every parameter of `POST /v1/checkout/sessions` in the SDK's types, no more: whatever else arrives is refused
 * (`payment_method_types`, for one, which this API version no longer has).
 */
export const createSessionParameters = {
  adaptive_pricing: object({ enabled: boolean() }),
  after_expiration: ignored,
  allow_promotion_codes: boolean(),
  allowed_payment_method_types: list(allowedPaymentMethodType),
  automatic_tax: automaticTax,
  billing_address_collection: oneOf<NonNullable<Create["billing_address_collection"]>>({
    auto: true,
    required: true,
  }),
  branding_settings: ignored,
  cancel_url: text(),
  client_reference_id: text({ max: 200 }),
  consent_collection: consentCollection,
  currency: text({ max: 3 }),
  custom_fields: customFields,
  custom_text: ignored,
  customer: text(),
  customer_account: ignored,
  customer_creation: oneOf<NonNullable<Create["customer_creation"]>>({ always: true, if_required: true }),
  customer_email: text({ max: 800 }),
  customer_update: ignored,
  discounts: ignored,
  excluded_payment_method_types: list(excludedPaymentMethodType),
  expand: list(text()),
  expires_at: integer(),
  integration_identifier: text(),
  invoice_creation: ignored,
  line_items: list(object(lineItem)),
  locale,
  managed_payments: object({ enabled: boolean() }),
  metadata: metadata(),
  mode: required(oneOf<NonNullable<Create["mode"]>>({ payment: true, setup: true, subscription: true })),
  name_collection: ignored,
  optional_items: ignored,
  origin_context: oneOf<NonNullable<Create["origin_context"]>>({ mobile_app: true, web: true }),
  payment_intent_data: object(paymentIntentData),
  payment_method_collection: oneOf<NonNullable<Create["payment_method_collection"]>>({
    always: true,
    if_required: true,
  }),
  payment_method_configuration: ignored,
  payment_method_data: ignored,
  payment_method_options: ignored,
  permissions: ignored,
  phone_number_collection: object({ enabled: required(boolean()) }),
  redirect_on_completion: ignored,
  return_url: ignored,
  saved_payment_method_options: ignored,
  setup_intent_data: ignored,
  shipping_address_collection: object({ allowed_countries: required(list(text({ max: 2 }))) }),
  shipping_options: shippingOptions,
  submit_type: oneOf<NonNullable<Create["submit_type"]>>({
    auto: true,
    book: true,
    donate: true,
    pay: true,
    subscribe: true,
  }),
  subscription_data: object(subscriptionData),
  success_url: text(),
  tax_id_collection: taxIdCollection,
  ui_mode: oneOf<NonNullable<Create["ui_mode"]>>({
    elements: true,
    embedded_page: true,
    form: true,
    hosted_page: true,
  }),
  wallet_options: ignored,
} satisfies Record<keyof Create, Parameter<unknown>>;
