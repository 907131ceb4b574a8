import { createDeadline } from "../core/retry/deadline.ts";
import { parseStripeEvent } from "../core/webhook/stripe-event.ts";
import { processEvent } from "../core/webhook/process-event.ts";
import { hasMovedAway, MOVED_AWAY } from "../core/reconciliation/moved-away.ts";
import { classifyStripeError } from "../core/stripe/errors.ts";
import { noteByHand } from "./note-by-hand.ts";
import { fail, messageOf, openOwnerShop, readArguments } from "./owner-shop.ts";

const HELP = `Processes one Stripe event again, exactly as the webhook would. Steps that are done are not repeated.

  npm run replay -- evt_…

You find the event's id in the Stripe dashboard, under the endpoint's deliveries. Stripe keeps events for 30 days.
Prints the result as JSON. Ends with 1 when an order is still not as it should be.`;

const MINUTE_MS = 60_000;

const UNSETTLED: readonly string[] = ["not_found", "busy", "unfinished", "needs_attention"];

const [eventId, ...rest] = readArguments(HELP);
if (eventId === undefined || rest.length > 0 || !/^evt_\w+$/.test(eventId)) {
  fail(`Which event? One id, which begins with evt_.\n\n${HELP}`);
}

try {
  const { stripe, loadServices } = await openOwnerShop();
  const services = await loadServices();
  if (await hasMovedAway(services.storage)) fail(MOVED_AWAY);
  const event = await stripe.events.retrieve(eventId);
  const result = await processEvent(
    parseStripeEvent(JSON.stringify(event)),
    createDeadline(Date.now, MINUTE_MS),
    services,
  );
  const summary = { event: event.id, type: event.type };
  if (result.kind === "ignored") {
    console.log(JSON.stringify({ ...summary, ignored: result.reason }, null, 2));
    process.exit(0);
  }
  const settled = result.orders.map(({ orderId, outcome }) => ({ orderId, outcome: outcome.kind }));
  for (const { orderId } of settled) await noteByHand(orderId, "replay_command", services.store);
  console.log(JSON.stringify({ ...summary, settled }, null, 2));
  process.exit(settled.some(({ outcome }) => UNSETTLED.includes(outcome)) ? 1 : 0);
} catch (error) {
  const advice =
    classifyStripeError(error) === "not_found"
      ? "\nDoes STRIPE_SECRET_KEY belong to its account, and to its mode? Stripe keeps events for 30 days."
      : "";
  fail(`The event could not be replayed: ${messageOf(error)}${advice}`);
}
