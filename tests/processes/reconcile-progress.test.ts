import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import { afterEach, beforeEach, expect, test } from "vitest";

import { CANARY_KEYS } from "../support/canaries.ts";
import { watchOutput } from "../support/watch-output.ts";
import { startLocalStripe, type LocalStripe } from "./local-stripe.ts";
import { ownerEnvironment, ROOT, runOwnerCommand } from "./owner-command.ts";

/** The `script` of util-linux runs a command in its own terminal. Other systems' versions take other arguments. */
const hasTerminal = String(spawnSync("script", ["--version"]).stdout).includes("util-linux");

let stripe: LocalStripe;
let folder: string;
let environment: Record<string, string>;
beforeEach(async () => {
  stripe = await startLocalStripe();
  folder = await mkdtemp(join(tmpdir(), "static-checkout-terminal-"));
  environment = {
    STRIPE_SECRET_KEY: CANARY_KEYS.stripe,
    STRIPE_WEBHOOK_SECRET: CANARY_KEYS.webhook,
    STRIPE_API_BASE: stripe.url,
    SITE_URL: "https://shop.example",
  };
});
afterEach(async () => {
  await stripe.close();
  await rm(folder, { recursive: true, force: true });
});

/** Standard error goes to the terminal, standard output to a file, as with `npm run reconcile > report`. */
async function reconcileAtTerminal(): Promise<{ terminal: string; report: string }> {
  const report = join(folder, "report");
  const child = spawn("script", ["-qec", '"$NODE" "$RECONCILE" >"$REPORT"', "/dev/null"], {
    env: {
      ...ownerEnvironment(environment),
      NODE: process.execPath,
      RECONCILE: join(ROOT, "cli/reconcile.ts"),
      REPORT: report,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [terminal] = await Promise.all([text(child.stdout), once(child, "close")]);
  watchOutput(terminal);
  expect(child.exitCode, terminal).toBe(0);
  return { terminal, report: await readFile(report, "utf8") };
}

test("at a terminal reconcile counts in one line what it has checked and repaired, and its report stays JSON", async ({
  skip,
}) => {
  if (!hasTerminal) skip("This system has no `script` of util-linux.");
  const paid = [await stripe.paidSession(), await stripe.paidSession()].map(({ sessionId }) => sessionId);
  const { terminal, report } = await reconcileAtTerminal();
  expect(terminal).toMatch(/\r1 checked, 1 repaired \(\w+\) +.*\r2 checked, 2 repaired \(\w+\) +\r?\n/s);
  const { checked, repaired } = JSON.parse(report) as { checked: number; repaired: string[] };
  expect([checked, repaired.toSorted()]).toEqual([2, paid.toSorted()]);
});

test("without a terminal, as when its log goes to a file, reconcile prints no progress", async () => {
  await stripe.paidSession();
  const { exitCode, complaints } = await runOwnerCommand("reconcile", [], environment);
  expect(exitCode).toBe(0);
  expect(complaints).not.toMatch(/\r|checked/);
});
