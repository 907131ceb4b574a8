import { createRandomFaults, NO_FAULTS } from "./faults.ts";
import { drawBasket } from "./basket.ts";
import { checkEnd, isAtPeace } from "./check-end.ts";
import { askForMailAgain } from "./ask-again.ts";
import { withExtras } from "./extras.ts";
import { withLines } from "./line-plan.ts";
import { tellOrder } from "./order-story.ts";
import { letForeignProgramWrite } from "./foreign-program.ts";
import { pollPage } from "./page.ts";
import { drawPlan, type Plan } from "./plan.ts";
import { createRandom, type Random } from "./random.ts";
import { THIS_VERSION, type ShopVersion } from "./shop-version.ts";
import { drawStorage } from "./storage-habits.ts";
import { strayEvent } from "./stray-events.ts";
import { emptyTally, tallyOf, type Tally } from "./tally.ts";
import { createTimeline } from "./timeline.ts";
import { createViolations, type Violation } from "./violations.ts";
import { replaceGlobals } from "./virtual-globals.ts";
import { createVirtualTime, EndlessWorkError, type VirtualTime } from "./virtual-time.ts";
import { PERFECT_NETWORK } from "./webhook-network.ts";
import { visit } from "./visit.ts";
import { createWorld, type DeployedVersions, type World } from "./world.ts";

export interface ScheduleResult {
  seed: number;
  violations: readonly Violation[];
  timeline: readonly string[];
  tally: Tally;
}

const START_MS = Date.UTC(2026, 10, 21, 12);
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const REFUND_EVENTS = ["charge.refunded", "refund.created", "refund.updated", "refund.failed"] as const;
const LOST_EVENTS = {
  none: [],
  refunds: REFUND_EVENTS,
  "checkouts and refunds": [
    ...REFUND_EVENTS,
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
  ],
} as const;

/** Enough for the last of twelve attempts, an hour apart at the most, and for Stripe to forget a spoilt key. */
const LAST_ROUNDS = 40;

/** How long an instance may answer with what it saw last. */
const LOOKS_REMEMBERED_MS = 5_000;

/**
 * One seed from its first click to quiescence; `change` makes another plan of the one that is drawn. `beside` is another version of
 * the shop that answers, too.
 *
 *     clicks, payments, refunds … with faults │ storm over: Stripe's retries, up to three days │ reconciliation │ the end
 *      every write, mail and answer is checked as it happens ···················  what was delivered ✓       all ✓
 */
export async function runSchedule(
  seed: number,
  options: { keepTimeline?: boolean; change?: (plan: Plan) => Plan; beside?: ShopVersion | undefined } = {},
): Promise<ScheduleResult> {
  const { change = (plan: Plan) => plan } = options;
  const basic = withLines(drawPlan(createRandom(seed, "plan")), createRandom(seed, "lines"));
  const drawn = withExtras(basic, createRandom(seed, "extras"));
  const plan = change({ ...drawn, storage: drawStorage(createRandom(seed, "storage"), drawn) });
  const time = createVirtualTime(START_MS, seed % 8 === 0 ? 1 : 8);
  const timeline = createTimeline(time.now, START_MS, options.keepTimeline ?? false);
  const violations = createViolations(({ invariant, what }) =>
    timeline.note("CHECK", () => `✗✗✗ ${invariant}: ${what}`),
  );
  const globals = replaceGlobals(time, createRandom(seed, "globals"), (error) =>
    violations.report("S5 no promise is forgotten", `unhandled: ${String(error)}`),
  );
  let tally = emptyTally();
  try {
    timeline.note("plan", () => JSON.stringify(plan));
    tally = tallyOf(await play(seed, plan, options.beside, { time, timeline, violations }), plan, time);
  } catch (error) {
    if (!(error instanceof EndlessWorkError)) throw error;
    violations.report("I9 work is bounded", error.message);
  } finally {
    globals.restore();
  }
  return { seed, violations: violations.all(), timeline: timeline.lines(), tally };
}

type Stage = { time: VirtualTime } & Parameters<typeof createWorld>[1];

async function play(seed: number, plan: Plan, beside: ShopVersion | undefined, stage: Stage): Promise<World> {
  const { time, timeline, violations } = stage;
  let isStormy = true;
  const { storage } = plan;
  const world = createWorld(
    {
      seed,
      storage,
      engine: plan.engine,
      extras: plan.extras,
      host: plan.host,
      endpoint: plan.endpoint,
      // Minutes off, but not so far that signatures look stale: the end must come.
      skewsMs: () => plan.skewsMs.filter((skew) => isStormy || Math.abs(skew) < 5 * 60_000),
      retryDelaysMs: plan.retryDelaysMs,
      network: () => (isStormy ? plan.network : PERFECT_NETWORK),
      mailServer: () => {
        const backMs = plan.mailServerBackMs ?? Infinity;
        // Its owner hears of it, and mends it.
        const isMended = plan.mailServer === "blocks" && !isStormy;
        return time.now() - START_MS < backMs && !isMended ? plan.mailServer : "works";
      },
      owner: () =>
        isStormy || !plan.ownerRecovers ? plan.owner : { ...plan.owner, server: "works", codeWorks: true },
      retriesBelow: 0.5,
      versions: beside && deploy(beside, createRandom(seed, "versions"), () => isStormy),
      faults: createRandomFaults(createRandom(seed, "faults"), () =>
        isStormy && time.now() - START_MS >= plan.stormFromMs ? plan.storm : NO_FAULTS,
      ),
    },
    stage,
  );
  world.stripe.account.setLostEvents(LOST_EVENTS[plan.lostEvents]);
  const strays = createRandom(seed, "strays");
  const story = {
    ...world,
    ...stage,
    poll: (sessionId: string) => pollPage(sessionId, world, violations),
    askAgain: (sessionId: string, isStranger: boolean) =>
      askForMailAgain(sessionId, isStranger, world, violations),
    command: world.command,
    stray: async (sessionId: string) => void (await world.deliver(strayEvent(sessionId, strays))),
  };

  const stories = plan.orders.map((order, index) =>
    tellOrder(order, {
      ...story,
      random: createRandom(seed, `order ${index}`),
      besides: createRandom(seed, `besides ${index}`),
      basket: drawBasket(createRandom(seed, `basket ${index}`)),
    }),
  );
  const foreign = {
    ...stage,
    stripe: world.stripe,
    state: world.state,
    random: createRandom(seed, "foreign"),
  };
  letForeignProgramWrite(storage.foreignWrites, foreign);
  const helpers = createRandom(seed, "reconcilers");
  for (const atMs of plan.reconcilersAtMs) time.schedule(atMs, () => void reconcile(world));
  let isTold = false;
  void Promise.all(stories).finally(() => {
    isTold = true;
  });
  await time.pass({ stop: () => isTold });
  await time.pass({ untilMs: time.now() + plan.lingerMs });

  isStormy = false;
  timeline.note("story", () => "the storm is over");
  await time.pass();
  await checkEnd("what Stripe delivered", plan, world, violations);

  await time.pass({ untilMs: time.now() + helpers.pick([0, HOUR_MS, 26 * HOUR_MS]) });
  // Where all is well, a run of reconciliation only now and then: it must change nothing.
  if (!isAtPeace(world) || helpers.chance(0.15)) await reconcileToTheEnd(stage, world, helpers);
  await checkEnd("everything", plan, world, violations);
  // What is paused is closed for the time being, which only a visit shows.
  const isPausedNow = plan.orders.some(({ afterwards }) => afterwards.at(-1) === "pause_subscription");
  if (helpers.chance(0.2) || isPausedNow) {
    await time.pass({ untilMs: time.now() + LOOKS_REMEMBERED_MS });
    await visitAll(world, stage);
  }
  world.stripe.close();
  return world;
}

/** For as long as it is stormy both versions answer, then one of them alone: mostly this one, as the other may be rolled back to. */
function deploy(beside: ShopVersion, random: Random, isUnderWay: () => boolean): DeployedVersions {
  const last = random.chance(0.25) ? beside : THIS_VERSION;
  return {
    next: () => (isUnderWay() ? random.pick([beside, THIS_VERSION]) : last),
    isReplaced: (version) => !isUnderWay() && version !== last,
  };
}

async function visitAll(world: World, { time, violations }: Stage): Promise<void> {
  const followed = Object.keys(world.state.checkoutSessions).filter(world.truths.isFollowed);
  let isOver = false;
  void Promise.all(followed.map((orderId) => visit(orderId, world, violations))).finally(() => {
    isOver = true;
  });
  await time.pass({ stop: () => isOver });
}

/** Two at once, and as many runs after them as it takes. */
async function reconcileToTheEnd({ time, timeline }: Stage, world: World, random: Random): Promise<void> {
  for (let round = 0; round < LAST_ROUNDS; round += 1) {
    timeline.note("story", () => "reconciliation");
    void reconcile(world);
    if (round === 0) time.schedule(random.between(0, 1_000), () => void reconcile(world));
    await time.pass();
    if (isAtPeace(world)) return;
    await time.pass({ untilMs: time.now() + 65 * MINUTE_MS });
  }
}

async function reconcile({ platform }: World): Promise<void> {
  await platform.serve(
    "scheduledReconcile",
    new Request("https://shop.example/api/reconcile", { method: "POST" }),
  );
}
