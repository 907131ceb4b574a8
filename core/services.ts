import type Stripe from "stripe";

import { createOrderPageLinks, type OrderPageLinks } from "./auth/order-page-links.ts";
import { ONLY_SHOP } from "./config/variables.ts";
import type { ShopIdentity } from "./stripe/whose-sale.ts";
import type { Config } from "./config/config.ts";
import { createDeliveries, type Deliveries } from "./delivery/deliveries.ts";
import { createDownloadLinks, type DownloadLinks } from "./delivery/files/download-links.ts";
import { createBlockedSteps } from "./alarms/blocked-steps.ts";
import { createLicenseStep } from "./fulfillment/license-step.ts";
import { createMailStep } from "./fulfillment/mail-step.ts";
import { createOnPaidStep } from "./fulfillment/on-paid-step.ts";
import { createRecordStep } from "./fulfillment/record-step.ts";
import { createLicenseSigner, type LicenseSigner } from "./delivery/licenses/license-signer.ts";
import { sellsLicenses } from "./delivery/licenses/licenses-of.ts";
import { createCardTestingAlarm, type CardTestingAlarm } from "./alarms/card-testing-alarm.ts";
import type { CheckoutLimits } from "./limits/checkout-limits.ts";
import type { LookLimit } from "./limits/look-limit.ts";
import { createConfirmationComposer, type ComposeConfirmation } from "./mail/confirmation-composer.ts";
import type { Log } from "./log/log.ts";
import type { Mailer } from "./mail/mailer.ts";
import { openNewsDesk } from "./notifications/open-news-desk.ts";

import type { ReconcileDependencies } from "./reconciliation/reconcile.ts";
import { shopIdentity } from "./shop-identity.ts";
import { createSigner } from "./auth/signer.ts";
import type { Site } from "./shop-definition/site.ts";
import type { Storage } from "./stores/storage.ts";
import { createGuardedOrderStore } from "./stores/guarded-order-store.ts";
import { createTableGuard } from "./stores/table-guard.ts";
import { createStorageAlarm, type StorageAlarm } from "./alarms/storage-alarm.ts";
import { createMigratingBookkeeping } from "./stores/migrating-bookkeeping.ts";
import { createMigratingOrderStore } from "./stores/migrating-order-store.ts";
import { createStripeStorage } from "./stores/stripe-storage.ts";
import { createUnnamedStorage } from "./stores/unnamed-storage.ts";
import type { StripeOrderStoreOptions } from "./stores/stripe-order-store.ts";
import { retrieveCheckoutFacts } from "./stripe/checkout-facts.ts";
import { createStripeClient } from "./stripe/client.ts";
import type { EventDependencies } from "./webhook/process-event.ts";
import type { Surroundings } from "./surroundings.ts";

/** What routes and commands work with. */
export interface Shop {
  config: Config;
  /** What the owner's files say. */
  site: Site;
  stripe: Stripe;
  licenseSigner: LicenseSigner;
  orderPages: OrderPageLinks;
  downloadLinks: DownloadLinks;
  deliveries: Deliveries;
  /** Loads the storage at the first call. */
  loadServices(): Promise<Services>;
  /** Loads what it needs at the first call, as `lookLimit` does: most requests use neither. */
  checkoutLimits: CheckoutLimits;
  lookLimit: LookLimit;
}

export type Services = EventDependencies &
  ReconcileDependencies & {
    storage: Storage;
    alarm: CardTestingAlarm;
    storageAlarm: StorageAlarm;
    /** Undefined: the shop sends no mails. */
    mailer: Mailer | undefined;
    compose: ComposeConfirmation;
  };

/** Picks the implementations that a configuration asks for. */
export function openShop(config: Config, site: Site, surroundings: Surroundings): Shop {
  const { now, log } = surroundings;
  const { siteUrl, signingSecrets } = config;
  const stripe = surroundings.stripe ?? createStripeClient(config.stripe, surroundings);
  const licenseSigner = createLicenseSigner(config.licenseKeys);
  const orderPages = createOrderPageLinks(createSigner(signingSecrets, "order-page", now), siteUrl, now);
  const downloadLinks = createDownloadLinks(createSigner(signingSecrets, "download", now), siteUrl, now);
  const deliveries = createDeliveries({ site, links: downloadLinks, licenseSigner, now });
  const opened = { config, site, stripe, licenseSigner, orderPages, downloadLinks, deliveries };
  const loadServices = once(() => createServices(opened, surroundings));

  return {
    ...opened,
    loadServices,
    checkoutLimits: lazyLimit(async () => {
      const { createCheckoutLimits } = await import("./limits/checkout-limits.ts");
      const { storage, alarm } = await loadServices();
      const { checkoutsPerMinute: perMinute } = config;
      const secret = config.stripe.secretKey;
      return createCheckoutLimits({ perMinute, secret, counters: storage.counters, alarm, now, log });
    }),
    lookLimit: lazyLimit(async () => {
      const { createLookLimit } = await import("./limits/look-limit.ts");
      return createLookLimit(now);
    }),
  };
}

/** What needs no loading. */
type Opened = Omit<Shop, "loadServices" | "checkoutLimits" | "lookLimit">;

async function createServices(opened: Opened, surroundings: Surroundings): Promise<Services> {
  const { config, site, stripe, licenseSigner, orderPages, deliveries } = opened;
  const { now, randomId, schedule, log, post } = surroundings;
  const { livemode } = config.stripe;
  const identity = shopIdentity(config, site);
  // The alarm needs the notes, and so the storage that it listens to.
  const listener: Listener = {
    reportTrouble: (...trouble) => storageAlarm.report(...trouble),
    refusedVersion: (orderId) => storageAlarm.refusedVersion(orderId),
  };
  const storage =
    surroundings.storage ?? (await chooseStorage(config, identity, stripe, { now, log }, listener));
  const { orders: store, bookkeeping, counters } = storage;
  const mailer = surroundings.mailer ?? (await chooseMailer(config, site, now));
  const compose = createConfirmationComposer({ config, site, orderPages, deliveries });
  const news = await openNewsDesk({
    config,
    site,
    identity,
    stripe,
    mailer,
    post,
    bookkeeping,
    now,
    schedule,
    log,
  });
  const storageAlarm = createStorageAlarm({ bookkeeping, news, now, schedule, log });
  const alarm = createCardTestingAlarm({ counters, bookkeeping, news, now, schedule, log });
  const { onPaid } = site.shop;
  return {
    stripe,
    livemode,
    identity,
    readFacts: (orderId, asked, deadline) =>
      retrieveCheckoutFacts(stripe, orderId, { livemode, identity, ...asked }, deadline),
    storage,
    store,
    bookkeeping,
    mailer,
    compose,
    // In this order, for every paid order.
    steps: [
      createRecordStep(store, now),
      ...(sellsLicenses(site) ? [createLicenseStep({ site, signer: licenseSigner, store, now })] : []),
      ...(onPaid === undefined ? [] : [createOnPaidStep(onPaid)]),
      createMailStep({ mailer, delivery: config.mailDelivery, compose, now, log }),
    ],
    news,
    blockedSteps: createBlockedSteps({ bookkeeping, news, now, schedule, log }),
    alarm,
    storageAlarm,
    now,
    randomId,
    schedule,
    log,
  };
}

/** Is told of trouble that the storage in Stripe has. */
type Listener = Pick<Required<StripeOrderStoreOptions>, "reportTrouble" | "refusedVersion">;

/** The AWS SDK is loaded only where it is needed: it would triple the time a function takes to start. */
async function chooseStorage(
  config: Config,
  identity: ShopIdentity,
  stripe: Stripe,
  { now, log }: Pick<Surroundings, "now" | "log">,
  listener: Listener,
): Promise<Storage> {
  const { livemode } = config.stripe;
  const inStripe = createStripeStorage(stripe, { livemode, identity, now, ...listener });
  if (config.dynamodb === undefined) return inStripe;
  const { createDynamodbClient } = await import("./stores/dynamodb-client.ts");
  const { createDynamodbStorage } = await import("./stores/dynamodb-storage.ts");
  const { table } = config.dynamodb;
  const client = createDynamodbClient(config.dynamodb);
  const engineOf = (shopId: string): Storage => createDynamodbStorage(client, table, { livemode, shopId });
  const before =
    config.shopId === ONLY_SHOP
      ? inStripe
      : createUnnamedStorage(engineOf(ONLY_SHOP), inStripe, stripe, identity);
  return onTable(engineOf(config.shopId), before, inStripe, now, log);
}

/**
 * A shop that has grown. What it did `before` is in Stripe; what it did before it had a name is in the table, without one. The mark
 * that reveals a restored table is in Stripe, too.
 */
export function onTable(
  table: Storage,
  before: Pick<Storage, "orders" | "bookkeeping">,
  inStripe: Storage,
  now: () => number,
  log: Log,
): Storage {
  const unguarded = createMigratingOrderStore(table.orders, before.orders);
  const guard = createTableGuard({ own: table.bookkeeping, inStripe: inStripe.bookkeeping, now, log });
  return {
    ...table,
    orders: createGuardedOrderStore(unguarded, guard, now),
    unguarded,
    guard,
    bookkeeping: createMigratingBookkeeping(table.bookkeeping, before.bookkeeping, log),
  };
}

/** Undefined if no mail server is named. Nodemailer itself is loaded with the first mail. */
async function chooseMailer({ mail }: Config, site: Site, now: () => number): Promise<Mailer | undefined> {
  if (mail === undefined) return undefined;
  const { createSmtpMailer } = await import("./mail/smtp-mailer.ts");
  return createSmtpMailer({ ...mail, replyTo: mail.replyTo ?? site.shop.supportEmail }, now);
}

/** A limit that is loaded when it is first used. */
function lazyLimit(load: () => Promise<LookLimit | CheckoutLimits>): LookLimit & CheckoutLimits {
  const loaded = once(load);
  return { admit: async (address) => (await loaded()).admit(address) };
}

/** Runs `make` at the first call, and again only after it failed. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}
