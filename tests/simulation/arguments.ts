import { parseArgs } from "node:util";

import { SEEDED_BUGS } from "./seeded-bugs/seeded-bugs.ts";

/** What `npm run test:simulation` is asked for. */
export type SimulationArguments =
  | { task: "run"; seed: number; schedules: number; workers: number; beside: string | undefined }
  | { task: "replay"; seed: number; bug: string | undefined; beside: string | undefined }
  | { task: "hunt"; bugs: string; workers: number };

export const help = `Simulates the shop: the shipped code on virtual machines, in virtual time, with everything going wrong.

  npm run test:simulation -- [options]

  --schedules N   how many schedules (default 10000)
  --seed N        the first seed (default 1); the same seed is the same run, bit for bit
  --replay N      one seed, with its whole timeline
  --bugs all      seeded bugs: how many schedules until each is caught, from seed 1 on, 5000 at the most;
                  of those that no schedule can show, which test fails
  --bugs sample   the same for a few that are caught soon
  --bugs NAME     the same for one, or for several: --bugs NAME,NAME;
                  with --replay one seed of one bug, with its whole timeline
  --beside REV    the version of a Git revision answers, too, as while a new version is deployed or rolled back
  --workers N     processes (default: as many as there are processors)
  --help          this text

Ends with 1 when a schedule breaks an invariant, and when a bug that should be caught is not.
`;

const options = {
  schedules: { type: "string" },
  seed: { type: "string" },
  replay: { type: "string" },
  bugs: { type: "string" },
  beside: { type: "string" },
  workers: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

/** Reads the command line. "help" when it was asked for; throws an Error with one sentence when something is wrong. */
export function readArguments(argv: readonly string[], processors: number): SimulationArguments | "help" {
  const given = parse(argv);
  if (given.help === true) return "help";
  if (given.replay !== undefined) {
    refuse(given, ["schedules", "seed", "workers"], "--replay");
    const bug = given.bugs === undefined ? undefined : readBug(given.bugs, []);
    return { task: "replay", seed: readNumber("--replay", given.replay, 0), bug, beside: given.beside };
  }
  const workers = readNumber("--workers", given.workers ?? String(processors), 1);
  if (given.bugs !== undefined) {
    refuse(given, ["schedules", "seed", "beside"], "--bugs");
    return { task: "hunt", bugs: readBugs(given.bugs), workers };
  }
  const seed = readNumber("--seed", given.seed ?? "1", 0);
  // Counting on from a number that is not exact would never come to an end.
  const most = Number.MAX_SAFE_INTEGER - seed;
  return {
    task: "run",
    seed,
    schedules: readNumber("--schedules", given.schedules ?? "10000", 1, most),
    workers,
    beside: given.beside,
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: false }).values;
  } catch (error) {
    const detail = error instanceof Error ? error.message.split(/\.\s/)[0] : String(error);
    throw new Error(`${detail}. Try --help.`, { cause: error });
  }
}

function readNumber(flag: string, value: string, least: number, most = Number.MAX_SAFE_INTEGER): number {
  const number = Number(value);
  if (/^\d+$/.test(value) && number >= least && number <= most) return number;
  throw new Error(`${flag} needs a whole number from ${least} to ${most}, not "${value}".`);
}

/** A group, or names separated by commas. */
function readBugs(value: string): string {
  const groups = ["all", "sample"];
  if (!groups.includes(value)) for (const name of value.split(",")) readBug(name, groups);
  return value;
}

function readBug(value: string, groups: readonly string[]): string {
  if (SEEDED_BUGS.some(({ name }) => name === value)) return value;
  const expected = [...groups, "the name of a seeded bug (docs/seeded-bugs.md)"].join(" or ");
  throw new Error(`--bugs needs ${expected}, not "${value}".`);
}

/** A flag that would be ignored is refused: whoever gave it expects something of it. */
function refuse(
  given: Readonly<Record<string, unknown>>,
  flags: readonly (keyof typeof options)[],
  asked: string,
): void {
  for (const flag of flags)
    if (given[flag] !== undefined) throw new Error(`${asked} does not take --${flag}.`);
}
