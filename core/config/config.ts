import type * as z from "zod/mini";

import type { BucketConfig } from "../delivery/files/bucket.ts";
import type { SigningKey } from "../delivery/licenses/signing-key.ts";
import { readBucket } from "./bucket.ts";
import { ConfigError } from "./config-error.ts";
import { deploymentProblems } from "./deployment.ts";
import { readDynamodb, type DynamodbConfig } from "./dynamodb.ts";
import { withoutEmpty, type Environment } from "./environment.ts";
import { hostAddressHeader, hostSiteUrl, isDeployed, isPreview, schedulerNeedsSecret } from "./host.ts";
import { readLicenseKeys } from "./licenses.ts";
import { readMail, type MailConfig, type MailDelivery } from "./mail.ts";
import { readNotifications, type NotificationsConfig } from "./notifications.ts";
import { toPlace, type Place } from "./place.ts";
import { shopSchema, siteAddressSchema, splitList, stripeAccessSchema } from "./variables.ts";

/** What the environment says, parsed once. Secrets in here never reach a log or a response. */
export interface Config extends NotificationsConfig, Place {
  stripe: StripeAccess & {
    /** Every secret whose signature is accepted; more than one while a secret is rotated or two endpoints share the URL. */
    webhookSecrets: readonly string[];
  };
  /**
   * What cookies and links are signed with: the first signs, all are accepted. Keys are derived from them, one per purpose:
   * `core/auth/derive-key.ts`.
   */
  signingSecrets: readonly string[];
  /** The header in which this host writes the caller's address; undefined if none can be believed. */
  addressHeader: string | undefined;
  /** How many checkouts may be opened: by one address, and by all together. */
  checkoutsPerMinute: { address: number; total: number };
  /** How long a checkout stays open. */
  checkoutMinutes: number;
  /** What a host's scheduler must show to start reconciliation; undefined closes that door. */
  cronSecret: string | undefined;
  /** The host starts reconciliation by itself, or should. */
  isScheduled: boolean;
  /** The host's scheduler has to show one, and there is none, so it cannot start reconciliation. */
  lacksCronSecret: boolean;
  /** Undefined: orders are kept in Stripe itself. */
  dynamodb: DynamodbConfig | undefined;
  /** Undefined: files for sale are only in the folder `private/`. */
  bucket: BucketConfig | undefined;
  /** They sign license keys; empty if none are sold. */
  licenseKeys: readonly SigningKey[];
  /** Undefined: the shop sends no mails. */
  mail: MailConfig | undefined;
  mailDelivery: MailDelivery;
}

export interface StripeAccess {
  secretKey: string;
  /** True for a live key. Test and live orders never meet. */
  livemode: boolean;
  /** Another Stripe-compatible server, for development; undefined means Stripe itself. */
  apiBase: URL | undefined;
}

/**
 * Reads the environment; an empty variable counts as not set.
 * @throws ConfigError that lists every wrong variable at once.
 */
export function parseConfig(environment: Environment): Config {
  const variables = withoutEmpty(environment);
  const shop = shopSchema.safeParse({
    ...variables,
    SITE_URL: variables["SITE_URL"] ?? hostSiteUrl(variables),
  });
  const dynamodb = readDynamodb(variables);
  const bucket = readBucket(variables);
  const licenses = readLicenseKeys(variables);
  const mail = readMail(variables);
  const notifications = readNotifications(variables);
  const problems = [
    ...problemsOf(shop),
    ...dynamodb.problems,
    ...bucket.problems,
    ...licenses.problems,
    ...mail.problems,
    ...notifications.problems,
    ...(shop.success ? deploymentProblems(shop.data, variables) : []),
  ];
  if (!shop.success || problems.length > 0) throw new ConfigError(problems);
  const { SIGNING_SECRET: signingSecret } = shop.data;

  return {
    stripe: {
      ...toAccess(shop.data),
      webhookSecrets: splitList(shop.data.STRIPE_WEBHOOK_SECRET),
    },
    signingSecrets: signingSecret === undefined ? [shop.data.STRIPE_SECRET_KEY] : splitList(signingSecret),
    ...toPlace(shop.data, variables),
    addressHeader: hostAddressHeader(variables),
    checkoutsPerMinute: {
      address: shop.data.CHECKOUTS_PER_MINUTE,
      total: shop.data.CHECKOUTS_PER_MINUTE_TOTAL,
    },
    checkoutMinutes: shop.data.CHECKOUT_MINUTES,
    cronSecret: shop.data.CRON_SECRET,
    isScheduled: isDeployed(variables) && !isPreview(variables),
    lacksCronSecret: shop.data.CRON_SECRET === undefined && schedulerNeedsSecret(variables),
    ...notifications.config,
    dynamodb: dynamodb.config,
    bucket: bucket.config,
    licenseKeys: licenses.keys,
    mail: mail.config,
    mailDelivery: mail.delivery,
  };
}

/**
 * The part that is needed to ask Stripe; undefined if there is no key.
 * @throws ConfigError that lists every wrong variable of this part.
 */
export function parseStripeAccess(environment: Environment): StripeAccess | undefined {
  const variables = withoutEmpty(environment);
  if (variables["STRIPE_SECRET_KEY"] === undefined) return undefined;
  const result = stripeAccessSchema.safeParse(variables);
  const problems = [
    ...problemsOf(result),
    ...(result.success ? deploymentProblems(result.data, variables) : []),
  ];
  if (!result.success || problems.length > 0) throw new ConfigError(problems);
  return toAccess(result.data);
}

/**
 * Checks the address that the owner gives the shop, while the site is built and the rest is not known yet.
 * @throws ConfigError when it cannot be the address of a shop.
 */
export function checkSiteUrl(environment: Environment): void {
  const { SITE_URL } = withoutEmpty(environment);
  const problems = problemsOf(siteAddressSchema.safeParse({ SITE_URL }));
  if (problems.length > 0) throw new ConfigError(problems);
}

function toAccess(variables: z.output<typeof stripeAccessSchema>): StripeAccess {
  const { STRIPE_SECRET_KEY: secretKey, STRIPE_API_BASE: apiBase } = variables;
  return {
    secretKey,
    livemode: /^(?:sk|rk)_live_/.test(secretKey),
    apiBase: apiBase === undefined ? undefined : new URL(apiBase),
  };
}

/**
 * The part that says where the orders' table is; undefined if none is named.
 * @throws ConfigError that lists every wrong variable of this part.
 */
export function parseDynamodbConfig(environment: Environment): DynamodbConfig | undefined {
  return orThrow(readDynamodb(withoutEmpty(environment)));
}

/**
 * The part that says where files for sale are; undefined if no bucket is named.
 * @throws ConfigError that lists every wrong variable of this part.
 */
export function parseBucketConfig(environment: Environment): BucketConfig | undefined {
  return orThrow(readBucket(withoutEmpty(environment)));
}

function orThrow<T>({ config, problems }: { config: T; problems: readonly string[] }): T {
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

function problemsOf(result: z.core.util.SafeParseResult<unknown>): string[] {
  return result.success ? [] : result.error.issues.map((issue) => issue.message);
}
