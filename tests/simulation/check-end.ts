import type { ControlRecord } from "../../core/orders/order.ts";
import { formatControlRecord } from "../../core/orders/stored-order.ts";
import { isHandled, showDisputes } from "./check-answers.ts";
import { misreadings } from "./check-sums.ts";
import { checkNotifications, checkNothingOwed } from "./check-notifications.ts";
import { OWNER } from "./owner-command.ts";
import type { Plan } from "./plan.ts";
import { PERFECT_STORAGE } from "./storage-habits.ts";
import { isPaused, isRevoked, type EventObject, type Truth } from "./truths.ts";
import type { Violations } from "./violations.ts";
import type { World } from "./world.ts";

const MOST_ATTEMPTS = 12;
/** The average over webhooks and looks at pages. An order that owes nothing costs three or four calls, and each lost race two more. */
const MOST_CALLS_A_REQUEST = 20;
/** There are seven lists, and a schedule has few orders. */
const MOST_CALLS_A_RUN = 60;
const LARGEST_RECORD_BYTES = 1_024;

/**
 * When nothing happens any more, every order agrees with Stripe. First those whose webhooks were all answered with 200 (nobody will
 * come back for them), then, after reconciliation, all.
 */
export async function checkEnd(
  scope: "what Stripe delivered" | "everything",
  plan: Plan,
  world: World,
  violations: Violations,
): Promise<void> {
  const sessions = Object.values(world.state.checkoutSessions);
  for (const { id } of sessions) {
    if (scope === "what Stripe delivered" && !isWhollyDelivered(id, plan, world)) continue;
    const complain = (invariant: Parameters<Violations["report"]>[0], what: string): void =>
      violations.report(invariant, `${id}, ${scope}: ${what}`);
    const control = world.book.current(id)?.control;
    if (!world.truths.isFollowed(id)) {
      if (control !== undefined)
        complain(
          "I1 no paid session is lost",
          "an order was made of somebody else's session, or of one that nobody saw",
        );
      continue;
    }
    const truth = world.truths.current(id);
    checkState(truth, control, world, complain);
    if (control === undefined) continue;
    checkMirror(truth, control, complain);
    checkNothingOwed(control, complain);
    if (scope === "everything") checkNotifications(id, control, truth, world, complain);
    if (scope === "everything") checkEffects(id, control, plan, world, complain);
    if (scope === "everything" && plan.engine === "memory") await checkSnapshot(id, world, complain);
  }
}

/** True when every order agrees with Stripe: nothing is left to reconcile. */
export function isAtPeace(world: World): boolean {
  const { state, truths, book } = world;
  let isFine = true;
  const doubt = (): void => {
    isFine = false;
  };
  for (const id of Object.keys(state.checkoutSessions)) {
    if (!truths.isFollowed(id)) continue;
    const control = book.current(id)?.control;
    checkState(truths.current(id), control, world, doubt);
    if (control === undefined) continue;
    checkMirror(truths.current(id), control, doubt);
    checkNothingOwed(control, doubt);
  }
  return isFine;
}

export type Complain = (invariant: Parameters<Violations["report"]>[0], what: string) => void;

function checkState(
  truth: Truth,
  control: ControlRecord | undefined,
  { counts }: World,
  complain: Complain,
): void {
  const state = control?.state;
  const waits = state === "paid" && isPaused(truth);
  if (truth.isPaid && !waits && state !== "fulfilled" && state !== "needs_attention") {
    complain("I1 no paid session is lost", `paid, and the order is ${state ?? "nowhere"}`);
  }
  if (truth.hasFailed && state !== "payment_failed") {
    complain("I1 no paid session is lost", `the payment failed, and the order is ${state ?? "nowhere"}`);
  }
  if (truth.status !== "complete" && control !== undefined) {
    complain("I1 no paid session is lost", "an order was made of a session that nobody completed");
  }
  // If access is taken away and given back before anybody was told, a run that dies with the lease leaves nothing to do. And the
  // shop's own runs never take up what is left to the owner, so the lease of a command that died stays until the next command.
  const isMoot = (control?.news?.access?.count ?? 0) > 1 || (waits && counts.deaths > 0);
  const isOwners = control?.lease?.owner.startsWith(OWNER) === true && awaitsOwner(control);
  if (control?.lease !== undefined && !isMoot && !isOwners)
    complain("I9 work is bounded", "a lease is left over");
}

function awaitsOwner({ state, news = {} }: ControlRecord): boolean {
  const hasGivenUp = Object.values(news).some(({ deliveries }) =>
    Object.values(deliveries).some((delivery) => delivery.state === "gave_up"),
  );
  return state === "needs_attention" || hasGivenUp;
}

function checkMirror(truth: Truth, { mirror }: ControlRecord, complain: Complain): void {
  const compare = (what: string, ours: unknown, theirs: unknown): void => {
    if (ours === theirs) return;
    complain(
      "I6 refunds, disputes and subscription agree with Stripe",
      `${what}: ${String(ours)} here, ${String(theirs)} at Stripe`,
    );
  };
  compare("refunded", mirror.refundedMinor, truth.refundedMinor);
  compare("fully refunded", mirror.fullyRefunded, truth.fullyRefunded);
  compare("dispute", mirror.dispute, truth.dispute);
  compare("disputes", showDisputes(mirror), truth.disputes);
  compare("subscription", mirror.subscription, truth.subscription);
  compare("renewal", mirror.renewal, truth.renewal);
}

function checkEffects(
  id: string,
  control: ControlRecord,
  plan: Plan,
  world: World,
  complain: Complain,
): void {
  const mail = control.steps["mail"];
  const sent = world.mails.sent(id);
  if (mail?.state === "done" && sent < 1)
    complain("I3 mails are counted", "the mail step is done, and no mail was sent");
  if (sent > (mail?.attempts ?? 0))
    complain("I3 mails are counted", `${sent} mails, ${mail?.attempts ?? 0} attempts`);
  for (const [step, { attempts }] of Object.entries(control.steps)) {
    if (attempts > MOST_ATTEMPTS + world.commandsOn(id))
      complain("I9 work is bounded", `${step} was tried ${attempts} times`);
  }
  checkAccidents(id, control, plan, world, complain);
  const alerts = world.alerts.get(`order_needs_attention ${id}`) ?? 0;
  if (alerts > 1 + world.commandsOn(id)) complain("S2 the owner is alerted once", `${alerts} alerts`);
  if (control.state === "needs_attention") {
    const isSpent = Object.values(control.steps).some(({ attempts }) => attempts >= MOST_ATTEMPTS);
    // The mail may have gone out already, so the shop sends no second one and flags the order for the owner.
    const isDoubtful = plan.extras.mailDelivery === "at-most-once" && mail?.state === "started";
    if (!isSpent && !isDoubtful && plan.mailServer !== "refuses")
      complain("I1 no paid session is lost", "flagged without a reason");
    if (alerts === 0 && plan.stormName === "calm") complain("S2 the owner is alerted once", "no alert");
  }
  const bytes = Buffer.byteLength(formatControlRecord(control));
  if (bytes > LARGEST_RECORD_BYTES) complain("I9 work is bounded", `the record has ${bytes} bytes`);
}

/**
 * I15 to I17, where accidents can be counted. An occasional slow call and a wrong clock are accidents too, but they are not counted, so
 * plans that have them are left out.
 */
function checkAccidents(
  id: string,
  control: ControlRecord,
  { storm, skewsMs, storage }: Plan,
  { mails, counts, truths }: World,
  complain: Complain,
): void {
  const isSteady = storm.slow === 0 && storm.slowWrites === 0 && skewsMs.every((skew) => skew === 0);
  const isCountable = isSteady && storage === PERFECT_STORAGE;
  if (!isCountable) return;
  const accidents = counts.deaths + counts.faults;
  const attempts = control.steps["mail"]?.attempts ?? 0;
  if (attempts > mails.tried(id) + accidents)
    complain(
      "I15 a flagged step was really tried twelve times",
      `${attempts} attempts are recorded, ${mails.tried(id)} were made`,
    );
  const isCalm = accidents === 0;
  const isDelivered = control.state === "fulfilled" && !truths.history(id).some(isRevoked);
  if (isCalm && isDelivered && mails.sent(id) !== 1)
    complain("I16 a mail comes once, and once more for each accident", `${mails.sent(id)} mails, all calm`);
  if (mails.sent(id) > 1 + accidents)
    complain(
      "I16 a mail comes once, and once more for each accident",
      `${mails.sent(id)} mails, ${accidents} accidents`,
    );
  const { stripeCalls, runs } = counts;
  const requests = counts.requests + counts.commands;
  if (stripeCalls > MOST_CALLS_A_REQUEST * requests + MOST_CALLS_A_RUN * runs)
    complain(
      "I17 calls to Stripe are bounded",
      `${stripeCalls} calls for ${requests} requests and ${runs} runs of reconciliation`,
    );
}

async function checkSnapshot(id: string, world: World, complain: Complain): Promise<void> {
  const snapshot = await world.readSnapshot(id);
  const rule = "S1 an order says what was bought";
  if (snapshot === undefined) complain(rule, "no snapshot");
  else for (const what of misreadings(snapshot, world.state)) complain(rule, what);
}

function isWhollyDelivered(sessionId: string, plan: Plan, world: World): boolean {
  const { state, truths } = world;
  // Stripe knows nothing of what the owner has begun by hand.
  if (world.commandsOn(sessionId) > 0) return false;
  if (plan.lostEvents !== "none" || plan.endpoint === "checkouts") return false;
  const { events, deliveries } = state;
  const own = Object.values(events).filter(
    ({ type, snapshot }) => isHandled(type) && truths.sessionsOf(snapshot as EventObject).includes(sessionId),
  );
  return (
    own.length > 0 &&
    own.every((event) => event.deliveries.every((id) => deliveries[id]?.status === "succeeded"))
  );
}
