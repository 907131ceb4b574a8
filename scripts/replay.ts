import { createDeadline } from "../core/orders/deadline.ts";
import { parseNotification } from "../core/webhook/notification.ts";
import { processEvent } from "../core/webhook/process-event.ts";
import { fail, openOwnerShop } from "./owner-shop.ts";

const HELP = `Processes one event of Stripe's again, exactly as its webhook would. What is done already is not done twice.

  npm run replay -- evt_…

Stripe keeps events for 30 days.`;

const MINUTE_MS = 60_000;

const [eventId, ...rest] = process.argv.slice(2);
if (eventId === "--help") {
  console.log(HELP);
  process.exit(0);
}
if (eventId === undefined || rest.length > 0 || !/^evt_\w+$/.test(eventId))
  fail(`Which event? Its id begins with evt_.\n\n${HELP}`);

try {
  const { stripe, keeping } = openOwnerShop();
  const event = await stripe.events.retrieve(eventId);
  const result = await processEvent(
    parseNotification(JSON.stringify(event)),
    createDeadline(Date.now, MINUTE_MS),
    await keeping(),
  );
  const summary =
    result.kind === "ignored"
      ? { ignored: result.reason }
      : { settled: result.orders.map(({ orderId, outcome }) => ({ orderId, outcome: outcome.kind })) };
  console.log(JSON.stringify({ event: event.id, type: event.type, ...summary }, null, 2));
  process.exit(0);
} catch (error) {
  fail(`The event could not be replayed: ${error instanceof Error ? error.message : String(error)}`);
}
