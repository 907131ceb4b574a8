import { createHmac } from "node:crypto";

import { realRuntime } from "../../core/runtime.ts";
import type { ShopRuntime } from "../../core/services.ts";
import type { Site } from "../../core/shop-definition/site.ts";
import { createMemoryStorage } from "../../core/stores/memory-storage.ts";
import type { Storage } from "../../core/stores/storage.ts";
import { createSimulatedStripe, type SimulatedStripe } from "../../simulator/simulated-stripe.ts";
import type { SimulatedState } from "../../simulator/state/state.ts";
import { CATALOG, LICENSE_PRIVATE_KEY, simulatedSite } from "./assortment.ts";
import { createBuyers, type Buyers } from "./buyers.ts";
import { checkAnswer, checkRefusal, type DeliveredEvent } from "./check-answers.ts";
import { createWriteChecks } from "./check-writes.ts";
import { deliveredEvent, isThin } from "./delivered-event.ts";
import type { Extras } from "./extras.ts";
import type { FaultSource } from "./faults.ts";
import { createFaultyStorage } from "./faulty-storage.ts";
import { createOrderBook, type OrderBook } from "./order-book.ts";
import { createCallOutside } from "./outside-call.ts";
import { createPlatform, type HostHabits, type Instance, type Platform } from "./platform.ts";
import { createNotificationLedger, type Subject } from "./notification-ledger.ts";
import { OWNER, settleByHand } from "./owner-command.ts";
import { createOwnerSide, type OwnerHabits, type OwnerSide } from "./owner-side.ts";
import { createRandom, type Random } from "./random.ts";
import { createMailRecords, type MailRecords, type MailServer } from "./recorded-mailer.ts";
import { knownSecrets, signedWith } from "./secrets.ts";
import { createShopProcess, type ShopProcess } from "./shop-process.ts";
import { THIS_VERSION, type ShopVersion } from "./shop-version.ts";
import type { StorageHabits } from "./storage-habits.ts";
import { createStripeClients, SECRET_KEY } from "./stripe-clients.ts";
import { connectToStripe } from "./stripe-connection.ts";
import type { Timeline } from "./timeline.ts";
import { createTruths, type Truths } from "./truths.ts";
import type { Violations } from "./violations.ts";
import type { VirtualTime } from "./virtual-time.ts";
import { createWebhookNetwork, type NetworkHabits } from "./webhook-network.ts";

const ENVIRONMENT = {
  STRIPE_SECRET_KEY: SECRET_KEY,
  SITE_URL: "https://shop.example",
  LICENSE_PRIVATE_KEY,
  // The simulated buyers share one address.
  CHECKOUTS_PER_MINUTE: "1000",
  CHECKOUTS_PER_MINUTE_TOTAL: "1000",
};

interface Equipment {
  environment: Readonly<Record<string, string | undefined>>;
  site: Site;
  runtime: Partial<ShopRuntime>;
}

export interface WorldOptions {
  seed: number;
  engine: "memory" | "stripe";
  host: HostHabits;
  endpoint: "all" | "sparse" | "checkouts";
  skewsMs: () => readonly number[];
  retryDelaysMs: readonly number[];
  network: () => NetworkHabits;
  mailServer: () => MailServer;
  owner: () => OwnerHabits;
  extras: Extras;
  /** How often the store's client retries a failed call by itself. */
  retriesBelow: number;
  faults: FaultSource;
  storage: StorageHabits;
  /** Which code runs; absent where it is this version's alone. */
  versions?: DeployedVersions | undefined;
}

/** While a version is deployed, instances of two run side by side. */
export interface DeployedVersions {
  /** For the next instance. */
  next(): ShopVersion;
  isReplaced(version: ShopVersion): boolean;
}

/** The shop's functions on a host, Stripe, the network between them, and everybody who watches. */
export interface World {
  stripe: SimulatedStripe;
  /** The account's live state, read only. */
  state: SimulatedState;
  truths: Truths;
  book: OrderBook;
  mails: MailRecords;
  buyers: Buyers;
  owner: OwnerSide;
  platform: Platform;
  counts: {
    processes: number;
    deaths: number;
    faults: number;
    requests: number;
    /** The owner's, on all orders. */
    commands: number;
    /** Forms that were posted and led to Checkout, and notifications that were answered 200. */
    forms: number;
    thinEvents: number;
    runs: number;
    stripeCalls: number;
  };
  /** Events of the log that are errors, by name and order. */
  alerts: Map<string, number>;
  /** The owner settles an order by hand. */
  command(orderId: string): Promise<void>;
  /** How often the owner has done so. */
  commandsOn(orderId: string): number;
  /** Delivers a signed event outside Stripe's own queue. */
  deliver(event: DeliveredEvent & Record<string, unknown>): Promise<Response>;
  readSnapshot(orderId: string): ReturnType<ReturnType<typeof createMemoryStorage>["orders"]["readSnapshot"]>;
}

export function createWorld(
  options: WorldOptions,
  { time, timeline, violations }: { time: VirtualTime; timeline: Timeline; violations: Violations },
): World {
  const { seed } = options;
  const stream = (name: string): Random => createRandom(seed, name);
  const engine = createMemoryStorage();
  const ids = stream("stripe ids");
  let changes = 0;
  let watch = (): void => undefined;
  const stripe = createSimulatedStripe({
    catalog: CATALOG,
    publicUrl: "https://checkout.stripe.com",
    webhookEndpoints: [
      {
        url: "https://shop.example/api/webhook",
        secret: signedWith(options.extras),
        format: options.extras.events,
        enabledEvents: LISTENED[options.endpoint],
      },
    ],
    now: time.now,
    randomId: ids.letters,
    schedule: time.schedule,
    send: (url, request) => send(url, request),
    onChange: () => {
      changes += 1;
      watch();
    },
    onNotice: (message) => timeline.note("stripe", () => `notice: ${message}`),
    delayedPaymentMs: 30 * 24 * 3_600_000,
    retryDelaysMs: options.retryDelaysMs,
    webhookTimeoutMs: 20_000,
  });
  // Read only, and live: asking `stripe.state()` each time would announce a change each time.
  const state = stripe.state();
  const truths = createTruths(state);
  watch = truths.refresh;
  const habits = options.owner();
  const ledger = createNotificationLedger(violations, (subject) => isHeard(subject, habits));
  const buyers = createBuyers(state, truths, violations);
  const steps = ["record", "license", ...(habits.code ? ["onPaid"] : []), "mail"];
  const isOwed = (orderId: string, step: string): boolean =>
    step !== "license" || buyers.dueTo(orderId).keys > 0;
  const checkWrite = createWriteChecks(steps, truths, isOwed, violations);
  const book = createOrderBook(
    time.now,
    (write) => {
      checkWrite(write);
      ledger.check(write);
    },
    timeline,
  );
  const counts = {
    processes: 0,
    deaths: 0,
    faults: 0,
    requests: 0,
    commands: 0,
    forms: 0,
    thinEvents: 0,
    runs: 0,
    stripeCalls: 0,
  };
  const callOutside = createCallOutside({
    time,
    timeline,
    faults: options.faults,
    onFault: () => {
      counts.faults += 1;
    },
  });
  const owner = createOwnerSide({ callOutside, book, ledger, truths, violations, habits: options.owner });
  const mails = createMailRecords({
    callOutside,
    book,
    buyers,
    truths,
    violations,
    server: options.mailServer,
    takeOwnersMail: owner.takeMail,
    now: time.now,
    isCounted: options.engine === "memory",
  });
  const fetchFor = connectToStripe({
    stripe,
    state,
    changes: () => changes,
    time,
    callOutside,
    book,
    onCall: () => {
      counts.stripeCalls += 1;
    },
    storage: options.storage,
  });
  const stripeClients = createStripeClients();
  const alerts = new Map<string, number>();
  const commands = new Map<string, number>();
  const machines = stream("machines");
  const retries = stream("retries below");
  const backOff = stream("back-off");

  const rotation = stream("secrets");

  function startMachine(name: string, skewMs: number): ShopProcess {
    const process = createShopProcess(name, skewMs, { time, timeline });
    process.onDeath(() => {
      counts.deaths += 1;
    });
    return process;
  }

  const faultyStorage = (process: ShopProcess): Storage =>
    createFaultyStorage(engine, process, {
      callOutside,
      book,
      retries: () => retries.chance(options.retriesBelow),
    });

  /** What the shop's code is given on this machine. */
  function equip(process: ShopProcess, version: ShopVersion): Equipment {
    let made = 0;
    const log =
      (level: string) =>
      (event: string, fields: Readonly<Record<string, unknown>> = {}) => {
        timeline.note(process.name, () => `log ${level} ${event} ${JSON.stringify(fields)}`);
        const name = `${event} ${String(fields["orderId"])}`;
        if (level === "error") alerts.set(name, (alerts.get(name) ?? 0) + 1);
      };
    const site = simulatedSite(owner.code(process));
    const environment = {
      ...ENVIRONMENT,
      ...knownSecrets(options.extras, rotation),
      ...owner.environment,
      MAIL_DELIVERY: options.extras.mailDelivery,
    };
    const link = { fetch: fetchFor(process), random: backOff.next, schedule: process.schedule };
    const runtime = {
      ...link,
      stripe: stripeClients.clientFor(link),
      now: process.now,
      randomId: () => {
        made += 1;
        return `${process.name}-`.padEnd(16 - String(made).length, "0") + String(made);
      },
      mailer: mails.mailerFor(process, version),
      post: owner.post(process),
      log: { info: log("info"), warn: log("warn"), error: log("error") },
      ...(options.engine === "memory" && named(faultyStorage(process))),
    };
    return { environment, site, runtime };
  }

  function start(): Instance {
    counts.processes += 1;
    const process = startMachine(`shop-${counts.processes}`, machines.pick(options.skewsMs()));
    const version = options.versions?.next() ?? THIS_VERSION;
    if (version !== THIS_VERSION) timeline.note(process.name, () => "runs the other version");
    const { environment, site, runtime } = equip(process, version);
    return {
      process,
      app: version.createApp(environment, site, runtime),
      isReplaced: () => options.versions?.isReplaced(version) === true,
    };
  }

  function command(orderId: string): Promise<void> {
    counts.commands += 1;
    commands.set(orderId, (commands.get(orderId) ?? 0) + 1);
    timeline.note("story", () => `the owner settles ${orderId} by hand`);
    const process = startMachine(`${OWNER}${counts.commands}`, 0);
    const { environment, site, runtime } = equip(process, THIS_VERSION);
    return settleByHand(orderId, process, {
      environment,
      site,
      runtime: { ...realRuntime(), ...runtime },
      violations,
    });
  }

  const platform = createPlatform({
    time,
    timeline,
    random: stream("host"),
    habits: options.host,
    start,
    onRequest: (route) => {
      counts[route === "scheduledReconcile" ? "runs" : "requests"] += 1;
    },
  });

  function arrive(body: string, headers: Record<string, string>): Promise<Response> {
    const request = new Request("https://shop.example/api/webhook", { method: "POST", headers, body });
    const event = deliveredEvent(body, state);
    truths.noteEvent(event.id);
    return platform.serve("webhook", request, ({ response, startedMs }) => {
      if (response.status === 503) void checkRefusal(event, response, violations);
      if (response.status !== 200) return;
      if (isThin(body)) counts.thinEvents += 1;
      checkAnswer(event, startedMs, { book, truths, violations });
    });
  }
  const random = stream("network");
  const send = createWebhookNetwork({ time, timeline, random, habits: options.network, arrive });

  return {
    stripe,
    state,
    truths,
    book,
    mails,
    buyers,
    owner,
    platform,
    alerts,
    counts,
    command,
    commandsOn: (orderId) => commands.get(orderId) ?? 0,
    deliver(event) {
      const body = JSON.stringify(event);
      return arrive(body, { "stripe-signature": sign(body, time.now(), signedWith(options.extras)) });
    },
    readSnapshot: (orderId) => engine.orders.readSnapshot(orderId),
  };
}

/** 0.1.0 knows it by another name. */
const named = (storage: Storage) => ({ storage, engine: storage });

const CHECKOUTS = [
  "checkout.session.completed",
  "checkout.session.async_payment_succeeded",
  "checkout.session.async_payment_failed",
  "checkout.session.expired",
];

/** More than the shop needs, so that it meets events which are none of its business; or fewer. */
const LISTENED = {
  checkouts: CHECKOUTS,
  sparse: [
    ...CHECKOUTS,
    "charge.refunded",
    "refund.failed",
    "customer.subscription.paused",
    "customer.subscription.resumed",
  ],
  all: [
    ...CHECKOUTS,
    "charge.refunded",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
    "customer.subscription.created",
    "customer.subscription.updated",
    "customer.subscription.deleted",
    "customer.subscription.paused",
    "customer.subscription.resumed",
    "invoice.paid",
    "invoice.payment_failed",
  ],
};

/** Which channel hears of what, written down again. */
function isHeard(subject: Subject, { webhook, mail, chat, code }: OwnerHabits): boolean {
  if (subject === "access") return webhook || code;
  if (subject === "attention" || subject === "subscription") return mail || chat;
  return webhook || mail || chat;
}

function sign(body: string, nowMs: number, secrets: readonly string[]): string {
  const seconds = Math.floor(nowMs / 1000);
  const signatures = secrets.map(
    (secret) => `v1=${createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex")}`,
  );
  return [`t=${seconds}`, ...signatures].join(",");
}
