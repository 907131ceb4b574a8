import { createDeadline } from "../core/retry/deadline.ts";
import { adoptOrders } from "../core/reconciliation/adopt-orders.ts";
import { fail, messageOf, openOwnerShop, readArguments } from "./owner-shop.ts";

const HELP = `Marks paid orders that are missing from a restored table as delivered, so that buyers are not mailed again.

  npm run adopt
  npm run adopt -- --since 2026-11-30T10:00Z
  npm run adopt -- --deliver cs_… cs_…

Without --since it starts where the table's own records end. With --deliver, name the orders that were not delivered: they are left out,
and npm run reconcile delivers them afterwards. Prints the orders that it adopted.`;

const HOUR_MS = 3_600_000;

const given = readArguments(HELP);
const { since, deliver } = parse(given);

try {
  const services = await (await openOwnerShop()).loadServices();
  const { guard, unguarded } = services.storage;
  if (guard === undefined || unguarded === undefined) {
    fail("Orders are kept in Stripe here: there is no table that could have been restored.");
  }
  const sinceMs = since ?? (await guard.gap())?.fromMs;
  if (sinceMs === undefined) {
    fail(
      "The table is up to date: there is nothing to adopt. If it is a restored copy, give the time of the backup: --since 2026-11-30T10:00Z",
    );
  }
  const deadline = createDeadline(Date.now, HOUR_MS);
  const adopted = await adoptOrders({ sinceMs, except: deliver }, deadline, {
    ...services,
    store: unguarded,
  });
  await guard.accept();
  console.log(JSON.stringify({ adopted }, null, 2));
  console.error(
    "These orders count as delivered. Compare them with what your mail provider has sent; a buyer without a mail can have it sent from the order page. Then run npm run reconcile.",
  );
  process.exit(0);
} catch (error) {
  fail(`The orders could not be adopted: ${messageOf(error)}`);
}

function parse(words: readonly string[]): { since: number | undefined; deliver: readonly string[] } {
  const [option, value = "", ...more] = words;
  if (option === undefined) return { since: undefined, deliver: [] };
  if (option === "--since" && Date.parse(value) > 0) {
    const { since: another, deliver: ids } = parse(more);
    if (another !== undefined) fail(`--since is given twice. Give it once.\n\n${HELP}`);
    return { since: Date.parse(value), deliver: ids };
  }
  const ids = words.slice(1);
  if (option === "--deliver" && ids.length > 0 && ids.every((id) => /^cs_(?:test|live)_\w+$/.test(id))) {
    return { since: undefined, deliver: ids };
  }
  return fail(`This was not understood: ${words.join(" ")}\n\n${HELP}`);
}
