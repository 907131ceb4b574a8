import { deliveriesIn } from "../core/orders/outbox/outbox-delivery.ts";
import type { ControlRecord } from "../core/orders/order.ts";
import { hasMovedAway, MOVED_AWAY } from "../core/reconciliation/moved-away.ts";
import type { Services } from "../core/services.ts";
import { mailTo, MailToError } from "./mail-to.ts";
import { fail, messageOf, openOwnerShop, readArguments } from "./owner-shop.ts";
import { adviceAfter, settleByHand } from "./settle-by-hand.ts";

const HELP = `Settles one order by hand: asks Stripe about its state, runs the steps and sends the messages that are still due. An order that
was flagged for your attention is tried again. Steps that are done are not repeated.

  npm run settle -- cs_…
  npm run settle -- cs_… --mail-to NAME@EXAMPLE.COM

With --mail-to the order's mails go to that address from now on, instead of the one that the buyer typed: a mail that is still due, or was
refused, is sent there, and one that was sent already is sent again. If a mail reached somebody else before, its link opens the order for 90
days; a full refund closes it.

Prints as JSON the outcome, which messages could not be delivered ("owed"), the order's record, how often the buyer downloaded each file
("downloads") and what the shop recorded when ("history"); the last two where orders are kept in DynamoDB.
Ends with 1 when the order is still not as it should be.`;

const NOT_TOLD =
  "The order is done, but a message about it could not be delivered. Fix that, then try again.";

const [orderId, option, address, ...rest] = readArguments(HELP);
const isCorrection = option === "--mail-to" && address !== undefined;
if (
  orderId === undefined ||
  rest.length > 0 ||
  (option !== undefined && !isCorrection) ||
  !/^cs_(?:test|live)_\w+$/.test(orderId)
) {
  fail(
    `Give one order id. It begins with cs_live_ or cs_test_; you find it in the notice about the order, in the address of its page and in the output of npm run reconcile.\n\n${HELP}`,
  );
}

try {
  const services = await (await openOwnerShop()).loadServices();
  if (await hasMovedAway(services.storage)) fail(MOVED_AWAY);
  const outcome = isCorrection
    ? await mailTo(orderId, address, services)
    : await settleByHand(orderId, services);
  const stored = await services.store.readControl(orderId);
  const owed = owedBy(stored?.control);
  const order = stored?.control ?? null;
  const report = {
    outcome: outcome.kind,
    ...(owed.length > 0 && { owed }),
    order,
    ...(stored !== undefined && { downloads: await downloadsOf(orderId, services) }),
    ...(stored !== undefined && { history: await historyOf(orderId, services) }),
  };
  console.log(JSON.stringify(report, null, 2));
  const advice = adviceAfter(outcome) ?? (owed.length > 0 ? NOT_TOLD : undefined);
  if (advice !== undefined) fail(advice);
  process.exit(0);
} catch (error) {
  if (error instanceof MailToError) fail(error.message);
  fail(`The order could not be settled: ${messageOf(error)}`);
}

interface NotedDownload {
  name: string;
  count: number;
  first: string;
  last: string;
}

/** Undefined where no count is kept. */
async function downloadsOf(id: string, { storage }: Services): Promise<NotedDownload[] | undefined> {
  const counts = await storage.downloads.of(id);
  return counts?.map(({ name, count, firstMs, lastMs }) => {
    return { name, count, first: new Date(firstMs).toISOString(), last: new Date(lastMs).toISOString() };
  });
}

/** `2026-11-21T12:00:00.000Z order_recorded`. Undefined where no history is kept. */
async function historyOf(id: string, { store }: Services): Promise<string[] | undefined> {
  const entries = await store.readHistory(id);
  return entries?.map(({ atMs, what }) => `${new Date(atMs).toISOString()} ${what}`);
}

/** `refunded (chat): gave_up after 12 attempts` */
function owedBy(control: ControlRecord | undefined): string[] {
  return deliveriesIn(control?.news)
    .filter(({ progress }) => !["done", "skipped"].includes(progress.state))
    .map(({ notification, channel, progress }) => {
      return `${notification.kind} (${channel}): ${progress.state} after ${progress.attempts} attempts`;
    });
}
