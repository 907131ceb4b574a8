import * as z from "zod/mini";

import { isLoopbackHost } from "./loopback.ts";

/** One schema per variable; each error is a sentence that names the variable and says where the right value is found. */

/** The default name of a shop. Most accounts have only one shop. */
export const ONLY_SHOP = "1";

const API_KEYS_PAGE = "https://dashboard.stripe.com/apikeys";
const WEBHOOKS_PAGE = "https://dashboard.stripe.com/webhooks";

const secretKeySchema = z
  .string({ error: `STRIPE_SECRET_KEY is not set: copy the secret key (sk_test_…) from ${API_KEYS_PAGE}.` })
  .check(
    z.refine((key) => !/^\s*pk_/.test(key), {
      error: `STRIPE_SECRET_KEY holds a publishable key (pk_…): copy the secret key (sk_…) or, better, a restricted one (rk_…) from ${API_KEYS_PAGE}.`,
      abort: true,
    }),
    z.refine((key) => !/^\s*whsec_/.test(key), {
      error: `STRIPE_SECRET_KEY holds a webhook's signing secret (whsec_…), which belongs in STRIPE_WEBHOOK_SECRET: copy the secret key (sk_…) from ${API_KEYS_PAGE}.`,
      abort: true,
    }),
    withoutBlanks("STRIPE_SECRET_KEY"),
    z.regex(/^(?:sk|rk)_(?:test|live)_[A-Za-z0-9_]+$/, {
      error: `STRIPE_SECRET_KEY is not a Stripe secret key: it starts with sk_test_, sk_live_, rk_test_ or rk_live_; copy it from ${API_KEYS_PAGE}.`,
    }),
  );

const webhookSecretsSchema = z
  .string({
    error: `STRIPE_WEBHOOK_SECRET is not set: copy the endpoint's signing secret (whsec_…) from ${WEBHOOKS_PAGE}, or run "stripe listen --print-secret" for local use.`,
  })
  .check(
    z.refine((list) => !splitList(list).some((secret) => /^(?:sk|rk|pk)_/.test(secret)), {
      error: `STRIPE_WEBHOOK_SECRET holds an API key: copy the endpoint's signing secret (whsec_…) from ${WEBHOOKS_PAGE}.`,
      abort: true,
    }),
    // A list of nothing but commas holds no secret at all.
    z.refine((list) => splitList(list).length > 0 && splitList(list).every(isWebhookSecret), {
      error: `STRIPE_WEBHOOK_SECRET is not a signing secret: it starts with whsec_ (several are separated by commas); copy it from ${WEBHOOKS_PAGE}.`,
    }),
  );

const signingSecretsSchema = z.optional(
  z.string().check(
    z.refine((list) => !splitList(list).some((secret) => /^(?:[srp]k|whsec)_/.test(secret)), {
      error:
        "SIGNING_SECRET holds one of Stripe's secrets: make a secret of its own, e.g. with `openssl rand -hex 32`, or leave it empty.",
      abort: true,
    }),
    z.refine(
      (list) =>
        splitList(list).length > 0 && splitList(list).every((secret) => /^[\x21-\x7e]{32,}$/.test(secret)),
      {
        error:
          "SIGNING_SECRET is too short: use 32 characters or more, e.g. from `openssl rand -hex 32` (several are separated by commas), or leave it empty.",
      },
    ),
  ),
);

const siteUrlSchema = z
  .string({
    error:
      "SITE_URL is not set and the host does not provide it: set it to the address of your shop, e.g. https://shop.example.",
  })
  .check(
    z.refine(isSiteUrl, {
      error:
        "SITE_URL is not the address of a website: it looks like https://shop.example (http only on localhost).",
      abort: true,
    }),
    z.refine((text) => !/[?#@]/.test(text), {
      error: "SITE_URL must be an address alone, without ?query, #fragment or user name.",
      abort: true,
    }),
    // Pages and functions have fixed addresses below the root: buyers would come back to a page that is not the shop's.
    z.refine((text) => /^\/*$/.test(new URL(text).pathname), {
      error:
        "SITE_URL has a path, and a shop cannot live in a subfolder of another site: give it a name of its own, such as https://shop.example, and set that.",
    }),
  );

const apiBaseSchema = z.optional(
  z.string().check(
    z.refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), {
      error: "STRIPE_API_BASE is not an address: it looks like http://127.0.0.1:12111.",
    }),
  ),
);

const cronSecretSchema = z.optional(
  z.string().check(
    z.regex(/^[\x21-\x7e]{16,}$/, {
      error:
        "CRON_SECRET is too short or has blanks: use 16 characters or more, e.g. from `openssl rand -hex 32`.",
    }),
  ),
);

const shopIdSchema = z._default(
  z
    .string()
    .check(z.regex(/^[\w-]{1,40}$/, { error: "SHOP_ID is not a name: 1 to 40 letters, digits, - or _." })),
  ONLY_SHOP,
);

const allowedOriginsSchema = z._default(
  z.string().check(
    z.refine((list) => splitList(list).every(isOrigin), {
      error:
        "ALLOWED_ORIGINS is not a list of addresses such as https://www.shop.example: https:// and the name alone, separated by commas (http only on localhost, no path, no *).",
    }),
  ),
  "",
);

const perAddressSchema = wholeNumber("CHECKOUTS_PER_MINUTE", 1, 100_000, 5);
const inTotalSchema = wholeNumber("CHECKOUTS_PER_MINUTE_TOTAL", 1, 100_000, 100);
const checkoutMinutesSchema = wholeNumber("CHECKOUT_MINUTES", 30, 1_440, 30);

export const siteAddressSchema = z.object({ SITE_URL: z.optional(siteUrlSchema) });

export const stripeAccessSchema = z.object({
  STRIPE_SECRET_KEY: secretKeySchema,
  STRIPE_API_BASE: apiBaseSchema,
});

export const placeSchema = z.object({
  SITE_URL: siteUrlSchema,
  SHOP_ID: shopIdSchema,
  ALLOWED_ORIGINS: allowedOriginsSchema,
});

export const shopSchema = z.object({
  STRIPE_SECRET_KEY: secretKeySchema,
  STRIPE_WEBHOOK_SECRET: webhookSecretsSchema,
  STRIPE_API_BASE: apiBaseSchema,
  SIGNING_SECRET: signingSecretsSchema,
  SITE_URL: siteUrlSchema,
  CRON_SECRET: cronSecretSchema,
  SHOP_ID: shopIdSchema,
  ALLOWED_ORIGINS: allowedOriginsSchema,
  CHECKOUTS_PER_MINUTE: perAddressSchema,
  CHECKOUTS_PER_MINUTE_TOTAL: inTotalSchema,
  CHECKOUT_MINUTES: checkoutMinutesSchema,
});

function wholeNumber(variable: string, least: number, most: number, fallback: number) {
  return z._default(
    z.pipe(
      z.string().check(
        z.refine((text) => /^\d{1,6}$/.test(text) && Number(text) >= least && Number(text) <= most, {
          error: `${variable} is not a whole number from ${least} to ${most}.`,
        }),
      ),
      z.transform(Number),
    ),
    fallback,
  );
}

function isOrigin(text: string): boolean {
  return !text.includes("*") && isSiteUrl(text) && new URL(text).origin === text.replace(/\/$/, "");
}

/** A line break is easily copied along, and some hosts keep it. It has its own message, because it cannot be seen. */
export function withoutBlanks(variable: string) {
  return z.refine<string>((text) => !/\s/.test(text), {
    error: `${variable} has a blank or a line break in it, perhaps at its very end: paste it again without it.`,
    abort: true,
  });
}

function isWebhookSecret(text: string): boolean {
  return /^whsec_[A-Za-z0-9+/=_-]{8,}$/.test(text);
}

function isSiteUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === "https:" || (protocol === "http:" && isLoopbackHost(hostname));
}

/** Separated by commas or blanks. */
export function splitList(list: string): string[] {
  return list.split(/[\s,]+/).filter((item) => item !== "");
}
