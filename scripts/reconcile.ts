import { createDeadline } from "../core/orders/deadline.ts";
import { reconcile } from "../core/reconciliation/reconcile.ts";
import { fail, messageOf, openOwnerShop, readArguments } from "./owner-shop.ts";

const HELP = `Looks for orders that no webhook told us about, and settles them: the same as the scheduled run, without its time limit.

  npm run reconcile

Prints a report as JSON. Ends with 1 when an order could not be settled.`;

const HOUR_MS = 3_600_000;

if (readArguments(HELP).length > 0) fail(`This command takes no arguments.\n\n${HELP}`);

try {
  const kept = await openOwnerShop().keeping();
  const report = await reconcile(createDeadline(Date.now, HOUR_MS), kept, ({ checked, repaired }, source) => {
    if (process.stderr.isTTY)
      process.stderr.write(`\r${checked} checked, ${repaired.length} repaired (${source})   `);
  });
  if (process.stderr.isTTY) process.stderr.write("\n");
  console.log(JSON.stringify(report, null, 2));
  process.exit(report.unfinished.length > 0 || !report.complete ? 1 : 0);
} catch (error) {
  fail(`Reconciliation could not finish: ${messageOf(error)}`);
}
