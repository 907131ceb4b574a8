import { PRICES } from "../assortment.ts";
import { isAtPeace } from "../check-end.ts";
import type { Disturbance, FaultSource } from "../faults.ts";
import { createRandom } from "../random.ts";
import { createTimeline } from "../timeline.ts";
import { createViolations } from "../violations.ts";
import { replaceGlobals } from "../virtual-globals.ts";
import { createVirtualTime } from "../virtual-time.ts";
import { visit } from "../visit.ts";
import { PERFECT_STORAGE } from "../storage-habits.ts";
import { createWorld } from "../world.ts";
import { NO_EXTRAS } from "../extras.ts";

export const MISHAPS = ["crash before", "crash after", "fails before", "reply lost"] as const;
type Mishap = (typeof MISHAPS)[number];

/** What goes wrong, and with which call of an attempt; the first call is 1. */
export interface CrashPoint {
  call: number;
  mishap: Mishap;
  /** A second mishap, later in the same attempt. */
  also?: { call: number; mishap: Mishap };
}

export interface Fulfillment {
  engine: "memory" | "stripe";
  /** One for each disturbed attempt. A last, undisturbed attempt follows. */
  points: readonly CrashPoint[];
  retriesBelow: 0 | 1;
  /** The owner's channels that are told. */
  channels: readonly ("webhook" | "mail" | "chat")[];
  mailDelivery: "at-least-once" | "at-most-once";
}

export interface Outcome {
  /** What is wrong, in sentences; empty when all is well. */
  problems: string[];
  /** How many calls each attempt made. */
  calls: number[];
}

const START_MS = Date.UTC(2026, 10, 21, 12);
/** How long until Stripe retries. Any lease has run out by then. */
const PAUSE_MS = 60_000;

/** One paid order, and a webhook that is delivered again and again, each time with one failing call. */
export async function fulfillWithCrashes({
  engine,
  points,
  retriesBelow,
  channels,
  mailDelivery,
}: Fulfillment): Promise<Outcome> {
  const time = createVirtualTime(START_MS);
  const violations = createViolations(() => undefined);
  const globals = replaceGlobals(time, createRandom(0, "globals"), (error) =>
    violations.report("S5 no promise is forgotten", String(error)),
  );
  const host = { limitMs: 60_000, zombieChance: 0, reuseChance: 0, isConcurrent: false };
  const script = createScript();
  const timeline = createTimeline(time.now, START_MS, false);
  const world = createWorld(
    {
      storage: PERFECT_STORAGE,
      seed: 0,
      engine,
      host,
      endpoint: "all",
      skewsMs: () => [0],
      retryDelaysMs: [],
      // Stripe's own deliveries are lost; ours take their place.
      network: () => ({ lost: 1, answerLost: 0, duplicated: 0, slow: 0 }),
      mailServer: () => "works",
      owner: () => ({
        webhook: channels.includes("webhook"),
        mail: channels.includes("mail"),
        chat: channels.includes("chat"),
        code: true,
        server: "works",
        codeWorks: true,
      }),
      extras: { ...NO_EXTRAS, mailDelivery },
      retriesBelow,
      faults: script.faults,
    },
    { time, timeline, violations },
  );
  try {
    const id = await inTime(openSession());
    world.truths.follow(id);
    world.stripe.buyer.pay(id);
    const calls: number[] = [];
    let status = 0;
    for (const point of [...points, undefined]) {
      script.begin(point);
      ({ status } = await inTime(world.deliver(completed(id))));
      await time.pass({ untilMs: time.now() + PAUSE_MS });
      calls.push(script.calls());
    }
    const problems = await findProblems(id, status);
    await lookAtDelivery(id, problems);
    return {
      problems: [...problems, ...violations.all().map(({ invariant, what }) => `${invariant}: ${what}`)],
      calls,
    };
  } finally {
    globals.restore();
    world.stripe.close();
  }

  async function inTime<T>(work: Promise<T>): Promise<T> {
    let isDone = false;
    void work.finally(() => {
      isDone = true;
    });
    await time.pass({ stop: () => isDone });
    return work;
  }

  /** One key, a link that opens; and both closed by a refund. */
  async function lookAtDelivery(id: string, problems: string[]): Promise<void> {
    script.begin(undefined);
    host.reuseChance = 1;
    await inTime(visit(id, world, violations));
    if (world.buyers.keysOf(id).length !== 1) problems.push(`${world.buyers.keysOf(id).length} license keys`);
    const opened = await followLinks(id);
    if (opened.some((status) => status !== 200)) problems.push(`links are answered ${opened.join()}`);

    const payment = world.state.checkoutIntents[id]?.paymentIntent ?? "";
    world.stripe.account.refund(payment);
    await inTime(world.deliver(refunded(world.state.paymentIntents[payment]?.latest_charge ?? "", payment)));
    await time.pass({ untilMs: time.now() + PAUSE_MS });
    await inTime(visit(id, world, violations));
    const closed = await followLinks(id);
    if (closed.some((status) => status !== 403)) problems.push(`closed links are answered ${closed.join()}`);
  }

  async function followLinks(id: string): Promise<number[]> {
    const answers = world.buyers.linksOf(id).map((url) => world.platform.serve("download", new Request(url)));
    // The file itself is read from the real disk, and virtual time does not wait for that.
    await time.pass({ untilMs: time.now() + 1_000 });
    return (await Promise.all(answers)).map(({ status }) => status);
  }

  async function openSession(): Promise<string> {
    const request = new Request("https://shop.example/api/create-checkout-session", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ price_id: PRICES.card }),
    });
    const response = await world.platform.serve("createCheckoutSession", request);
    const { url } = (await response.json()) as { url: string };
    const id = /cs_test_\w+/.exec(url)?.[0] ?? url;
    world.buyers.keepCookies(id, response);
    return id;
  }

  async function findProblems(id: string, status: number): Promise<string[]> {
    const control = world.book.current(id)?.control;
    const mails = world.mails.sent(id);
    const attempts = control?.steps["mail"]?.attempts ?? 0;
    const problems: string[] = [];
    if (status !== 200) problems.push(`the last delivery is answered ${status}`);
    if (!isAtPeace(world)) problems.push("the order does not agree with Stripe");
    const told = new Set(world.owner.told(id).map(({ channel }) => channel));
    for (const channel of channels) if (!told.has(channel)) problems.push(`not told: ${channel}`);
    if (engine === "memory" && (await world.readSnapshot(id)) === undefined)
      problems.push("there is no snapshot");
    if (mails > attempts) problems.push(`${mails} mails, ${attempts} attempts recorded`);
    if (mailDelivery === "at-most-once") {
      if (mails > 1) problems.push(`${mails} mails, and none was to be sent twice`);
      // Flagged where it is unknown whether the mail went out, and only there; alerted once.
      const mayHaveBeenSent = control?.steps["mail"]?.state === "started";
      if (control?.state === "needs_attention" && mayHaveBeenSent) return problems;
    }
    if (control?.state !== "fulfilled") problems.push(`the order is ${control?.state ?? "nowhere"}`);
    if (mails < 1) problems.push("nobody was mailed");
    const started = Object.entries(control?.steps ?? {}).filter(([, step]) => step.state !== "done");
    if (started.length > 0) problems.push(`not done: ${started.map(([name]) => name).join(", ")}`);
    return problems;
  }
}

function completed(sessionId: string): Parameters<ReturnType<typeof createWorld>["deliver"]>[0] {
  return {
    object: "event",
    id: "evt_completed",
    type: "checkout.session.completed",
    livemode: false,
    data: { object: { id: sessionId } },
  };
}

function refunded(
  chargeId: string,
  payment: string,
): Parameters<ReturnType<typeof createWorld>["deliver"]>[0] {
  return {
    object: "event",
    id: "evt_refunded",
    type: "charge.refunded",
    livemode: false,
    data: { object: { id: chargeId, payment_intent: payment } },
  };
}

/** Counts the calls of an attempt and disturbs the given ones. */
function createScript(): {
  faults: FaultSource;
  begin(point: CrashPoint | undefined): void;
  calls(): number;
} {
  let point: CrashPoint | undefined;
  let calls = 0;
  return {
    begin(next) {
      point = next;
      calls = 0;
    },
    calls: () => calls,
    faults: {
      next() {
        calls += 1;
        return disturbance([point, point?.also].find((one) => one?.call === calls)?.mishap);
      },
    },
  };
}

function disturbance(mishap: Mishap | undefined): Disturbance {
  const smooth: Disturbance = {
    outcome: "happens",
    beforeMs: 10,
    duringMs: 10,
    afterMs: 10,
    crash: undefined,
  };
  switch (mishap) {
    case "crash before":
      return { ...smooth, crash: "before" };
    case "crash after":
      return { ...smooth, crash: "after" };
    case "fails before":
      return { ...smooth, outcome: "fails_before" };
    case "reply lost":
      return { ...smooth, outcome: "reply_lost" };
    case undefined:
      return smooth;
  }
}
