import * as z from "zod/mini";

import type { CheckoutOptions, CustomField } from "./shop-definition.ts";
import { currency, flag, matching, text, whole } from "./fields.ts";
import { SHIPPING_COUNTRIES } from "./shipping-countries.ts";

/** https://docs.stripe.com/api/checkout/sessions/create#create_checkout_session-custom_fields */
const fieldBase = {
  key: matching(/^[A-Za-z0-9]{1,200}$/, "must be letters and digits only."),
  label: text(50),
  optional: z.exactOptional(flag),
};
const customFieldSchema: z.ZodMiniType<CustomField> = z.discriminatedUnion(
  "kind",
  [
    z.strictObject({
      ...fieldBase,
      kind: z.enum(["text", "number"]),
      maxLength: z.exactOptional(whole(1, 255)),
    }),
    z.strictObject({
      ...fieldBase,
      kind: z.literal("choice"),
      choices: z
        .array(
          z.strictObject({
            value: matching(/^[A-Za-z0-9]{1,100}$/, "must be letters and digits only, at most 100."),
            label: text(100),
          }),
        )
        .check(
          z.minLength(1, { error: "must hold at least one choice." }),
          z.maxLength(200, { error: "may hold 200 choices at most." }),
        ),
    }),
  ],
  { error: 'must be one of "text", "number", "choice".' },
);

const SHIPPING_RATE =
  'must be a shipping rate from your Stripe dashboard ("shr_…") or { name, amountMinor, currency }.';

const shippingSchema = z.strictObject({
  countries: z
    .array(
      matching(/^[A-Z]{2}$/, 'must be a two-letter code of a country, such as "DE".').check(
        z.refine((code) => !/^[A-Z]{2}$/.test(code) || SHIPPING_COUNTRIES.has(code), {
          error: "is not a country that Stripe accepts addresses from.",
        }),
      ),
    )
    .check(z.minLength(1, { error: 'must name at least one country, such as ["DE"].' })),
  rates: z.exactOptional(
    z
      .array(
        z.union(
          [
            matching(/^shr_\w+$/, SHIPPING_RATE),
            z.strictObject({
              name: text(100),
              amountMinor: whole(0, 99_999_999),
              currency,
              delivery: z.exactOptional(z.strictObject({ min: whole(1, 365), max: whole(1, 365) })),
            }),
          ],
          {
            error: SHIPPING_RATE,
          },
        ),
      )
      .check(z.maxLength(5, { error: "may hold five shipping rates at most: Stripe shows no more." })),
  ),
});

export const checkoutSchema: z.ZodMiniType<CheckoutOptions> = z.strictObject({
  managedPayments: z.exactOptional(flag),
  automaticTax: z.exactOptional(flag),
  taxIds: z.exactOptional(flag),
  shipping: z.exactOptional(
    z.union([z.literal(false), shippingSchema], { error: "must be false or { countries, rates }." }),
  ),
  promotionCodes: z.exactOptional(flag),
  phone: z.exactOptional(flag),
  termsConsent: z.exactOptional(flag),
  customFields: z.exactOptional(
    z
      .array(customFieldSchema)
      .check(z.maxLength(3, { error: "may hold three fields at most: Stripe shows no more." })),
  ),
  adjustableQuantity: z.exactOptional(
    z.union(
      [
        z.boolean(),
        z.strictObject({ min: z.exactOptional(whole(1, 999)), max: z.exactOptional(whole(1, 999)) }),
      ],
      { error: "must be true, false or { min, max } with whole numbers from 1 to 999." },
    ),
  ),
  billingAddress: z.exactOptional(z.enum(["auto", "required"], { error: 'must be "auto" or "required".' })),
});
