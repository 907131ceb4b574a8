import type Stripe from "stripe";

import { createBlockedSteps } from "./alarms/blocked-steps.ts";
import { createCardTestingAlarm, type CardTestingAlarm } from "./alarms/card-testing-alarm.ts";
import { createStorageAlarm, type StorageAlarm } from "./alarms/storage-alarm.ts";
import { createClaimCookies, type ClaimCookies } from "./auth/claim-cookies.ts";
import { createHopLinks, type HopLinks } from "./auth/hop-links.ts";
import { createOrderPageLinks, type OrderPageLinks } from "./auth/order-page-links.ts";
import { createSigner } from "./auth/signer.ts";
import { createPriceCatalog, type PriceCatalog } from "./checkout/price-catalog.ts";
import type { Config } from "./config/config.ts";
import { createDeliveries, type Deliveries } from "./delivery/deliveries.ts";
import { createBucket, type Bucket } from "./delivery/files/bucket.ts";
import { createDownloadLinks, type DownloadLinks } from "./delivery/files/download-links.ts";
import { createPrivateFolder, type PrivateFolder } from "./delivery/files/private-folder.ts";
import { createLicenseSigner, type LicenseSigner } from "./delivery/licenses/license-signer.ts";
import { sellsLicenses } from "./delivery/licenses/licenses-of.ts";
import { createLicenseStep } from "./fulfillment/license-step.ts";
import { createMailStep } from "./fulfillment/mail-step.ts";
import { createOwnerCodeSteps } from "./fulfillment/owner-code-steps.ts";
import { createRecordStep } from "./fulfillment/record-step.ts";
import type { Limit } from "./http/route.ts";
import {
  createConfirmationComposer,
  type ComposeConfirmation,
} from "./mail/confirmation/compose-confirmation.ts";
import type { Mailer } from "./mail/mailer.ts";
import { loadNotifier } from "./notifications/load-notifier.ts";
import { createReadThrottle, type ReadThrottle } from "./order-page/read-throttle.ts";
import type { ReconcileDependencies } from "./reconciliation/reconcile.ts";
import type { Site } from "./shop-definition/site.ts";
import { shopIdentity } from "./shop-identity.ts";
import { chooseStorage, type Listener } from "./stores/choose-storage.ts";
import type { Storage } from "./stores/storage.ts";
import { retrieveCheckoutFacts } from "./stripe/checkout-facts.ts";
import { createStripeClient } from "./stripe/client.ts";
import type { Runtime } from "./runtime.ts";
import type { EventDependencies } from "./webhook/process-event.ts";

/** The outside world. Every part can be replaced, so that tests and the simulation run the code that is shipped. */
export interface ShopRuntime extends Runtime {
  /** These stand in for what the configuration asks for. */
  stripe?: Stripe | undefined;
  mailer?: Mailer | undefined;
  storage?: Storage | undefined;
}

/** What routes and commands work with. */
export interface Shop {
  config: Config;
  /** What the owner's files say. */
  site: Site;
  stripe: Stripe;
  licenseSigner: LicenseSigner;
  catalog: PriceCatalog;
  claims: ClaimCookies;
  hops: HopLinks;
  orderPages: OrderPageLinks;
  downloadLinks: DownloadLinks;
  privateFolder: PrivateFolder;
  /** Undefined if none is configured; then no price names a file in it. */
  bucket: Bucket | undefined;
  deliveries: Deliveries;
  /** Loads the storage at the first call. */
  loadServices(): Promise<Services>;
  /** Loads what it needs at the first call, as `readLimit` does: most requests use neither. */
  checkoutLimit: Limit;
  readLimit: Limit;
  readThrottle: ReadThrottle;
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
export function openShop(config: Config, site: Site, runtime: ShopRuntime): Shop {
  const { now, log } = runtime;
  const { siteUrl, signingSecrets } = config;
  const stripe = runtime.stripe ?? createStripeClient(config.stripe, runtime);
  const licenseSigner = createLicenseSigner(config.licenseKeys);
  const downloadLinks = createDownloadLinks(createSigner(signingSecrets, "download", now), siteUrl, now);
  const opened = {
    config,
    site,
    stripe,
    licenseSigner,
    catalog: createPriceCatalog({ stripe, site, livemode: config.stripe.livemode, now, log }),
    claims: createClaimCookies(createSigner(signingSecrets, "claim-cookie", now), siteUrl, now),
    hops: createHopLinks(createSigner(signingSecrets, "open-checkout", now), siteUrl, now),
    orderPages: createOrderPageLinks(createSigner(signingSecrets, "order-page", now), siteUrl, now),
    downloadLinks,
    privateFolder: createPrivateFolder(runtime.projectFolder),
    bucket: config.bucket && createBucket(config.bucket, runtime),
    readThrottle: createReadThrottle(now),
    deliveries: createDeliveries({ site, links: downloadLinks, licenseSigner, now }),
  };
  const loadServices = once(() => createServices(opened, runtime));

  return {
    ...opened,
    loadServices,
    checkoutLimit: lazyLimit(async () => {
      const { createCheckoutLimits } = await import("./limits/checkout-limits.ts");
      const { storage, alarm } = await loadServices();
      const { checkoutsPerMinute: perMinute } = config;
      const secret = config.stripe.secretKey;
      return createCheckoutLimits({ perMinute, secret, counters: storage.counters, alarm, now, log });
    }),
    readLimit: lazyLimit(async () => {
      const { createReadLimit } = await import("./limits/read-limit.ts");
      return createReadLimit(now);
    }),
  };
}

/** What needs no loading. */
type Opened = Omit<Shop, "loadServices" | "checkoutLimit" | "readLimit">;

async function createServices(opened: Opened, runtime: ShopRuntime): Promise<Services> {
  const { config, site, stripe, licenseSigner, orderPages, deliveries } = opened;
  const { now, randomId, schedule, log, post } = runtime;
  const { livemode } = config.stripe;
  const identity = shopIdentity(config, site);
  // The alarm needs the notes, and so the storage that it listens to.
  const listener: Listener = {
    reportTrouble: (...trouble) => storageAlarm.report(...trouble),
    refusedVersion: (orderId) => storageAlarm.refusedVersion(orderId),
  };
  const storage = runtime.storage ?? (await chooseStorage(config, identity, stripe, { now, log }, listener));
  const { orders: store, bookkeeping, counters } = storage;
  const mailer = runtime.mailer ?? (await chooseMailer(config, site, now));
  const compose = createConfirmationComposer({ config, site, orderPages, deliveries });
  const notifier = await loadNotifier({
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
  const storageAlarm = createStorageAlarm({ bookkeeping, notifier, now, schedule, log });
  const alarm = createCardTestingAlarm({ counters, bookkeeping, notifier, now, schedule, log });
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
    // In this order.
    steps: [
      createRecordStep(store, now),
      ...(sellsLicenses(site) ? [createLicenseStep({ site, signer: licenseSigner, store, now })] : []),
      ...createOwnerCodeSteps(site.shop),
      createMailStep({ mailer, delivery: config.mailDelivery, compose, now, log }),
    ],
    notifier,
    blockedSteps: createBlockedSteps({ bookkeeping, notifier, now, schedule, log }),
    alarm,
    storageAlarm,
    now,
    randomId,
    schedule,
    log,
  };
}

/** Undefined if no mail server is named. Nodemailer itself is loaded with the first mail. */
async function chooseMailer({ mail }: Config, site: Site, now: () => number): Promise<Mailer | undefined> {
  if (mail === undefined) return undefined;
  const { createSmtpMailer } = await import("./mail/smtp-mailer.ts");
  return createSmtpMailer({ ...mail, replyTo: mail.replyTo ?? site.shop.supportEmail }, now);
}

/** A limit that is loaded when it is first used. */
function lazyLimit(load: () => Promise<Limit>): Limit {
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
