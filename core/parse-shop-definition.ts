import * as z from "zod/mini";

import type {
  CheckoutOptions,
  CustomField,
  Delivery,
  PriceSettings,
  ShopDefinition,
} from "./shop-definition.ts";

/** One sentence per mistake; each begins with the field, as it is written in shop.config.ts. */
export class ShopDefinitionError extends Error {
  override readonly name = "ShopDefinitionError";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.problems = problems;
  }
}

/** Every error says how the field must be; its path is put in front. */
const text = (maxLength = 5_000) => {
  const error = `must be a text of at most ${maxLength} characters, and not empty.`;
  return z.string({ error }).check(z.minLength(1, { error }), z.maxLength(maxLength, { error }));
};
const matching = (pattern: RegExp, error: string) => z.string({ error }).check(z.regex(pattern, { error }));
const whole = (min: number, max: number) => {
  const error = `must be a whole number from ${min} to ${max}.`;
  return z.int({ error }).check(z.gte(min, { error }), z.lte(max, { error }));
};
const flag = z.boolean({ error: "must be true or false." });
const color = matching(/^#[0-9a-f]{6}$/i, "must be a color such as #0b6b75.");
const currency = matching(/^[a-z]{3}$/, 'must be three small letters, such as "eur".');
const ownCode = <T>() =>
  z.custom<T>((value) => typeof value === "function", { error: "must be a function." });

const absoluteUrl = (error: string) =>
  z
    .string({ error })
    .check(z.refine((url) => URL.canParse(url) && new URL(url).protocol === "https:", { error }));

const fileSchema = z.custom<Extract<Delivery, { kind: "file" }>["file"]>(isFile, {
  error:
    'must be a file of the folder private, such as "private/guide.pdf", or a key of your bucket: { bucketKey: "guide.pdf" }.',
});

const deliverySchema: z.ZodMiniType<Delivery> = z.discriminatedUnion(
  "kind",
  [
    z.strictObject({ kind: z.literal("file"), name: text(200), file: fileSchema }),
    z.strictObject({
      kind: z.literal("link"),
      name: text(200),
      url: absoluteUrl("must be an address that begins with https://."),
    }),
    z.strictObject({ kind: z.literal("license"), name: z.exactOptional(text(200)) }),
    z.strictObject({ kind: z.literal("text"), name: text(200), text: text(20_000) }),
  ],
  { error: 'must be one of "file", "link", "license", "text".' },
);

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

const shippingSchema = z.strictObject({
  countries: z
    .array(matching(/^[A-Z]{2}$/, 'must be a two-letter code of a country, such as "DE".'))
    .check(z.minLength(1, { error: 'must name at least one country, such as ["DE"].' })),
  rates: z.exactOptional(
    z
      .array(
        z.union(
          [
            z.string().check(z.regex(/^shr_\w+$/)),
            z.strictObject({
              name: text(100),
              amountMinor: whole(0, 99_999_999),
              currency,
              delivery: z.exactOptional(z.strictObject({ min: whole(1, 365), max: whole(1, 365) })),
            }),
          ],
          {
            error:
              'must be a shipping rate of your Stripe dashboard ("shr_…") or { name, amountMinor, currency }.',
          },
        ),
      )
      .check(z.maxLength(5, { error: "may hold five shipping rates at most: Stripe shows no more." })),
  ),
});

const checkoutSchema: z.ZodMiniType<CheckoutOptions> = z.strictObject({
  automaticTax: z.exactOptional(flag),
  taxIds: z.exactOptional(flag),
  shipping: z.exactOptional(shippingSchema),
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

const priceSchema: z.ZodMiniType<PriceSettings> = z.strictObject({
  maxQuantity: z.exactOptional(whole(1, 999)),
  deliver: z.exactOptional(z.array(deliverySchema)),
  checkout: z.exactOptional(checkoutSchema),
});

/** Stripe allows lookup keys of 200 characters of any kind; these can stand in an attribute and in a URL. */
export const PRICE_NAME = /^[A-Za-z0-9][\w.:-]{0,199}$/;

const definitionSchema: z.ZodMiniType<ShopDefinition> = z.strictObject({
  name: z.exactOptional(text(100)),
  supportEmail: z.exactOptional(
    matching(
      /^[^\s@<>"(),;:\\]+@[^\s@<>"(),;:\\]+\.[^\s@<>"(),;:\\]+$/,
      "must be a mail address, such as help@shop.example.",
    ),
  ),
  colors: z.exactOptional(
    z.strictObject({
      accent: z.exactOptional(color),
      background: z.exactOptional(color),
      text: z.exactOptional(color),
    }),
  ),
  logoUrl: z.exactOptional(
    z.union([absoluteUrl(""), z.string().check(z.regex(/^\/(?!\/)/))], {
      error: "must be an address that begins with https://, or a path on your site such as /images/logo.png.",
    }),
  ),
  prices: z.exactOptional(
    z.record(
      matching(PRICE_NAME, "is not a price id (price_…) or a lookup key: letters, digits and _ - . : only."),
      priceSchema,
    ),
  ),
  checkout: z.exactOptional(checkoutSchema),
  pages: z.exactOptional(
    matching(/^(?!\/|\.\.)(?!.*\/\.\.(?:\/|$))[^\\]+$/, 'must be a folder of this project, such as "_site".'),
  ),
  onPaid: z.exactOptional(ownCode<NonNullable<ShopDefinition["onPaid"]>>()),
  onRevoked: z.exactOptional(ownCode<NonNullable<ShopDefinition["onRevoked"]>>()),
});

/**
 * Checks what shop.config.ts exports.
 * @throws ShopDefinitionError that lists every mistake at once.
 */
export function parseShopDefinition(value: unknown): ShopDefinition {
  const result = definitionSchema.safeParse(value);
  if (result.success) return result.data;
  throw new ShopDefinitionError(result.error.issues.flatMap((issue) => sentences(issue)));
}

function sentences(issue: z.core.$ZodIssue): string[] {
  const where = fieldName(issue.path);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => `${fieldName([...issue.path, key])} is not known here. Is it misspelled?`);
  }
  if (issue.code === "invalid_key") {
    return [`${where} ${issue.issues[0]?.message ?? issue.message}`];
  }
  // Told by zod itself, which knows nothing better than the type.
  if (issue.code === "invalid_type" && issue.message.startsWith("Invalid")) {
    return [`${where || "The default export"} must be ${EXPECTED[issue.expected] ?? `a ${issue.expected}`}.`];
  }
  return [`${where} ${issue.message}`];
}

const EXPECTED: Readonly<Record<string, string>> = {
  object: "an object in curly braces",
  record: "an object in curly braces",
  array: "a list in square brackets",
};

/** `prices["poster-a2"].deliver[0].url` */
function fieldName(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) => {
      if (typeof part === "number") return `[${part}]`;
      const name = String(part);
      if (!/^[A-Za-z_]\w*$/.test(name)) return `[${JSON.stringify(name)}]`;
      return index === 0 ? name : `.${name}`;
    })
    .join("");
}

function isFile(value: unknown): boolean {
  if (typeof value === "string") return /^private\/[^\\]+$/.test(value) && !value.split("/").includes("..");
  if (typeof value !== "object" || value === null) return false;
  const [entry, ...others] = Object.entries(value);
  return others.length === 0 && entry?.[0] === "bucketKey" && typeof entry[1] === "string" && entry[1] !== "";
}
