import { runSchedules } from "../run-schedules.ts";
import { hunters } from "./hunt-by-tests.ts";
import { findBug, SEEDED_BUGS } from "./seeded-bugs.ts";
import type { SeededBug } from "./seeded-bug.ts";

/** A bug that is not caught within so many schedules counts as not caught. */
const MOST_SCHEDULES = 5_000;

export interface Hunt {
  bug: SeededBug;
  /** Undefined: not caught. */
  caughtAfter: number | undefined;
  invariant: string | undefined;
  /** For a bug that no schedule can show: the tests that fail on it. */
  tests?: readonly string[] | undefined;
}

export async function hunt(bug: SeededBug, workers: number): Promise<Hunt> {
  if (bug.caughtBy !== undefined) {
    const tests = await hunters(bug, bug.caughtBy);
    return { bug, caughtAfter: undefined, invariant: undefined, tests };
  }
  const { failed, schedules } = await runSchedules({
    seed: 1,
    schedules: MOST_SCHEDULES,
    workers,
    bug: bug.name,
  });
  return {
    bug,
    caughtAfter: failed === undefined ? undefined : schedules,
    invariant: failed?.violations[0]?.invariant,
  };
}

/** Prints a line per bug. Resolves to false when a bug that is not harmless was not caught. */
export async function huntBugs(
  which: string,
  { workers, print }: { workers: number; print: (line: string) => void },
): Promise<boolean> {
  const bugs = chooseBugs(which);
  let escaped = 0;
  print("schedules  bug");
  for (const bug of bugs) {
    const found = await hunt(bug, workers);
    const isCaught = found.caughtAfter !== undefined || found.tests !== undefined;
    if (!isCaught && bug.harmless === undefined) escaped += 1;
    print(describe(found));
  }
  print(`${bugs.length} seeded bugs, ${escaped} not caught.`);
  return escaped === 0;
}

/** Bugs from every group that are caught within a hundred schedules: fast enough for every test run. */
export const SAMPLE = [
  "answer-then-work",
  "error-is-200",
  "busy-is-200",
  "no-lease",
  "lease-forever",
  "no-fence-check",
  "no-read-back",
  "memory-unconditional-write",
  "stripe-without-key",
  "snapshot-after-control",
  "refunds-added-up",
  "done-before-effect",
  "attempts-counted-twice",
  "random-key",
  "random-license",
  "unpaid-is-paid",
  "line-before-discount",
  "shipping-left-out",
  "news-not-written",
  "news-not-counted",
  "news-held-by-another-is-fine",
  "news-count-starts-again",
  "reconcile-nothing",
  "storage-believes-the-first-place",
];

/** `which`: `all`, `sample`, or names separated by commas. */
function chooseBugs(which: string): readonly SeededBug[] {
  if (which === "all") return SEEDED_BUGS;
  return (which === "sample" ? SAMPLE : which.split(",")).map(findBug);
}

function describe({ bug, caughtAfter, invariant, tests }: Hunt): string {
  const number = (caughtAfter === undefined ? "–" : String(caughtAfter)).padStart(9);
  const fate =
    invariant ??
    tests?.join("; ") ??
    (bug.harmless === undefined ? "NOT CAUGHT" : `harmless: ${bug.harmless}`);
  return `${number}  ${bug.name.padEnd(34)} ${fate}`;
}
