import { createDeadline } from "../core/orders/deadline.ts";
import { settleOrder } from "../core/orders/settle-order.ts";
import { fail, openOwnerShop } from "./owner-shop.ts";

const HELP = `Settles one order by hand: asks Stripe how it stands and runs the steps it still owes. An order that was flagged for your
attention is tried again; what is done already is not done twice.

  npm run settle -- cs_…`;

const MINUTE_MS = 60_000;

const [orderId, ...rest] = process.argv.slice(2);
if (orderId === "--help") {
  console.log(HELP);
  process.exit(0);
}
if (orderId === undefined || rest.length > 0 || !/^cs_(?:test|live)_\w+$/.test(orderId)) {
  fail(`Which order? Its id is its Checkout Session's, cs_….\n\n${HELP}`);
}

try {
  const kept = await openOwnerShop().keeping();
  const outcome = await settleOrder(orderId, "owner", createDeadline(Date.now, MINUTE_MS), kept);
  const stored = await kept.store.readControl(orderId);
  console.log(JSON.stringify({ outcome: outcome.kind, order: stored?.control ?? null }, null, 2));
  process.exit(
    outcome.kind === "busy" || outcome.kind === "unfinished" || outcome.kind === "not_found" ? 1 : 0,
  );
} catch (error) {
  fail(`The order could not be settled: ${error instanceof Error ? error.message : String(error)}`);
}
