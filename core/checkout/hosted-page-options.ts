import type Stripe from "stripe";

import type {
  CheckoutOptions,
  CustomField,
  ShippingOptions,
  ShippingRate,
} from "../shop-definition/shop-definition.ts";
import type { PriceForSale } from "./price-catalog.ts";
import { maxQuantity } from "./quantity.ts";

/**
 * The owner's options in Stripe's words. Options that the owner did not set are not sent. Managed Payments is the exception: newer
 * accounts turn it on unless a request turns it off. Link is then the seller, adds tax, and refuses half of the other options.
 *
 * Shipping rates are only for one-time payments, and in the price's currency. `npm run check` says so; here Stripe refuses such a
 * checkout, which is better than shipping for free.
 */
export function hostedPageOptions(options: CheckoutOptions): Partial<Stripe.Checkout.SessionCreateParams> {
  const { shipping, customFields = [], billingAddress } = options;
  return {
    managed_payments: { enabled: options.managedPayments === true },
    ...(options.automaticTax === true && { automatic_tax: { enabled: true } }),
    ...(options.taxIds === true && { tax_id_collection: { enabled: true } }),
    ...(options.promotionCodes === true && { allow_promotion_codes: true }),
    ...(options.phone === true && { phone_number_collection: { enabled: true } }),
    ...(options.termsConsent === true && { consent_collection: { terms_of_service: "required" } }),
    ...(billingAddress !== undefined && { billing_address_collection: billingAddress }),
    ...(customFields.length > 0 && { custom_fields: customFields.map(toCustomField) }),
    ...(shipping && toShipping(shipping)),
  };
}

/** The line item's part: it must take in the quantity that was chosen on the page. */
export function adjustableQuantity(
  quantity: number,
  { settings, options }: PriceForSale,
): Partial<Pick<Stripe.Checkout.SessionCreateParams.LineItem, "adjustable_quantity">> {
  const { adjustableQuantity: wanted } = options;
  if (wanted === undefined || wanted === false) return {};
  const { min = 1, max = maxQuantity(settings) } = wanted === true ? {} : wanted;
  return {
    adjustable_quantity: {
      enabled: true,
      minimum: Math.min(min, quantity),
      maximum: Math.max(Math.min(max, maxQuantity(settings)), quantity),
    },
  };
}

function toCustomField(field: CustomField): Stripe.Checkout.SessionCreateParams.CustomField {
  const { key, optional = false } = field;
  const common = { key, optional, label: { type: "custom", custom: field.label } } as const;
  if (field.kind === "choice") {
    const options = field.choices.map(({ value, label }) => ({ value, label }));
    return { ...common, type: "dropdown", dropdown: { options } };
  }
  const limits = field.maxLength === undefined ? {} : { maximum_length: field.maxLength };
  return field.kind === "number"
    ? { ...common, type: "numeric", numeric: limits }
    : { ...common, type: "text", text: limits };
}

function toShipping({
  countries,
  rates = [],
}: ShippingOptions): Partial<Stripe.Checkout.SessionCreateParams> {
  return {
    shipping_address_collection: { allowed_countries: [...countries] },
    ...(rates.length > 0 && {
      shipping_options: rates.map((rate) =>
        typeof rate === "string" ? { shipping_rate: rate } : { shipping_rate_data: toShippingRate(rate) },
      ),
    }),
  };
}

function toShippingRate({
  name,
  amountMinor: amount,
  currency,
  delivery,
}: ShippingRate): Stripe.Checkout.SessionCreateParams.ShippingOption.ShippingRateData {
  const days = (value: number) => ({ unit: "business_day", value }) as const;
  return {
    type: "fixed_amount",
    display_name: name,
    fixed_amount: { amount, currency },
    ...(delivery && { delivery_estimate: { minimum: days(delivery.min), maximum: days(delivery.max) } }),
  };
}
