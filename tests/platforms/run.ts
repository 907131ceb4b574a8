import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { createTestStripe } from "../adapters/test-stripe.ts";
import type { Platform, PlatformTest } from "./platform.ts";
import { findCanaries } from "../support/canaries.ts";
import { netlifyBuild } from "./targets/netlify-build.ts";
import { netlifyDev } from "./targets/netlify-dev.ts";
import { vercelBuild } from "./targets/vercel-build.ts";
import { vercelDev } from "./targets/vercel-dev.ts";

/**
 * The adapter cases through the hosts' own tools, offline.
 *
 *   npm test                       all four
 *   npm test -- "netlify dev"      those whose names start with this
 */
const [wanted = ""] = process.argv.slice(2);

/** The lanes run in parallel: `vercel dev` compiles at every request and takes as long as the other three together. */
const LANES = [[vercelDev], [vercelBuild, netlifyBuild, netlifyDev]];

interface Tally {
  passed: number;
  failed: number;
  lines: string[];
}

const sum = { passed: 0, failed: 0 };
await Promise.all(LANES.map(runLane));
if (sum.passed + sum.failed === 0) sum.failed = 1;
await writeReport();
console.log(`\n${sum.passed} passed, ${sum.failed} failed`);
process.exit(sum.failed > 0 ? 1 : 0);

async function runLane(platforms: readonly Platform[]): Promise<void> {
  for (const platform of platforms) {
    if (!platform.name.startsWith(wanted)) continue;
    const { passed, failed, lines } = await runPlatform(platform);
    console.log(lines.join("\n"));
    sum.passed += passed;
    sum.failed += failed;
  }
}

async function runPlatform({ name, start }: Platform): Promise<Tally> {
  const startedAt = performance.now();
  const seconds = (): string => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
  const tally: Tally = { passed: 0, failed: 0, lines: [`\n${name}`] };
  const stripe = await createTestStripe();
  const undo = [stripe.close];
  try {
    const { tests, output } = await start(stripe, (step) => undo.push(step));
    tally.lines.push(`  ready after ${seconds()}`);
    for (const test of tests) await runTest(test, tally);
    await runTest(
      {
        name: "C15: the tool's whole output holds no buyer's data and no key",
        run: () => expectNoCanary(output()),
      },
      tally,
    );
    if (tally.failed > 0) tally.lines.push(`  The end of what it printed:\n${output().slice(-4_000)}`);
  } catch (error) {
    tally.failed += 1;
    tally.lines.push(`  FAILED to run: ${describe(error)}`);
  } finally {
    for (const step of undo.toReversed()) await step();
  }
  tally.lines.push(`  ${tally.passed} passed, ${tally.failed} failed, ${seconds()}`);
  return tally;
}

async function runTest({ name, run, difference }: PlatformTest, tally: Tally): Promise<void> {
  if (difference?.outcome === "skipped") {
    tally.lines.push(`  skipped  ${name}\n           ${difference.reason}`);
    return;
  }
  const failure = await run().then(() => undefined, describe);
  if (difference !== undefined && failure !== undefined) {
    tally.passed += 1;
    tally.lines.push(`  differs  ${name}\n           ${difference.reason}`);
  } else if (difference !== undefined) {
    tally.failed += 1;
    tally.lines.push(
      `  FAILED   ${name}\n           It passes here now: remove it from the known differences.`,
    );
  } else if (failure !== undefined) {
    tally.failed += 1;
    tally.lines.push(`  FAILED   ${name}\n${failure.replaceAll(/^/gm, "           ")}`);
  } else {
    tally.passed += 1;
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

async function expectNoCanary(output: string): Promise<void> {
  assert.deepEqual(findCanaries(output), []);
}

/** For `.ci/run`, in the shape of vitest's reports. */
async function writeReport(): Promise<void> {
  const folder = process.env["TEST_REPORT_FOLDER"];
  if (folder === undefined) return;
  const report = { numPassedTests: sum.passed, numFailedTests: sum.failed };
  await writeFile(join(folder, "platforms.json"), JSON.stringify(report));
}
