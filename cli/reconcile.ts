import { createDeadline } from "../core/retry/deadline.ts";
import { reconcile } from "../core/reconciliation/reconcile.ts";
import { fail, messageOf, openOwnerShop, readArguments } from "./owner-shop.ts";

const HELP = `Looks for orders that no webhook told us about, and settles them: the same as the scheduled run, without its time limit.

  npm run reconcile

Prints a report as JSON. Ends with 1 when an order could not be settled or a list could not be read.`;

const HOUR_MS = 3_600_000;

if (readArguments(HELP).length > 0) fail(`This command takes no arguments.\n\n${HELP}`);

try {
  const services = await (await openOwnerShop()).loadServices();
  const report = await reconcile(
    createDeadline(Date.now, HOUR_MS),
    services,
    ({ checked, repaired }, source) => {
      if (process.stderr.isTTY)
        process.stderr.write(`\r${checked} checked, ${repaired.length} repaired (${source})   `);
    },
  );
  if (process.stderr.isTTY) process.stderr.write("\n");
  console.log(JSON.stringify(report, null, 2));
  for (const orderId of report.flagged) console.error(`Waits for you: npm run settle -- ${orderId}`);
  if (report.skipped.length > 0) {
    console.error(
      `Skipped, because Stripe did not say which orders they belong to: ${report.skipped.join(", ")}. The log above says why.`,
    );
  }
  if (report.unfinished.length > 0)
    console.error("Some orders are not settled yet: run this again in a minute.");
  if (report.incomplete.length > 0) {
    console.error(
      "Some lists could not be read to their end; the log above says why. Nothing is lost: run this again.",
    );
  }
  process.exit(report.unfinished.length > 0 || report.incomplete.length > 0 ? 1 : 0);
} catch (error) {
  fail(`Reconciliation could not finish: ${messageOf(error)}`);
}
