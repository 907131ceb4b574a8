import { availableParallelism } from "node:os";

import { checkOutVersion } from "./check-out-version.ts";
import { help, readArguments, type SimulationArguments } from "./arguments.ts";
import { runSchedules } from "./run-schedules.ts";
import { huntBugs } from "./seeded-bugs/hunt.ts";
import { describeRun, describeFailure } from "./summary.ts";

/** `npm run test:simulation`: see `--help`. */
async function main(): Promise<void> {
  const wanted = orFail(() => readArguments(process.argv.slice(2), availableParallelism()));
  if (wanted === "help") return console.log(help);
  process.exitCode = (await perform(wanted)) ? 0 : 1;
}

function orFail<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(1);
  }
}

/** Resolves to false when something is found that should not be. */
function perform(wanted: SimulationArguments): Promise<boolean> {
  switch (wanted.task) {
    case "run":
      return run(wanted);
    case "replay":
      return replay(wanted);
    case "hunt":
      return huntBugs(wanted.bugs, { workers: wanted.workers, print: console.log });
  }
}

type Replay = Extract<SimulationArguments, { task: "replay" }>;
type Run = Extract<SimulationArguments, { task: "run" }>;

function folderOf(revision: string | undefined): string | undefined {
  return revision === undefined ? undefined : orFail(() => checkOutVersion(revision).href);
}

async function replay({ seed, bug, beside: revision }: Replay): Promise<boolean> {
  const { last, failed } = await runSchedules({
    seed,
    schedules: 1,
    bug,
    beside: folderOf(revision),
    keepTimeline: true,
  });
  console.log(last?.timeline.join("\n"));
  for (const { invariant, what } of last?.violations ?? []) console.log(`✗ ${invariant}\n  ${what}`);
  return failed === undefined;
}

async function run({ beside: revision, ...wanted }: Run): Promise<boolean> {
  const startedMs = performance.now();
  const { schedules } = wanted;
  const beside = folderOf(revision);
  const showsProgress = process.stderr.isTTY && schedules > 1;
  const result = await runSchedules({
    ...wanted,
    beside,
    onProgress: (done) => {
      if (showsProgress) process.stderr.write(`\r${done} of ${schedules} schedules `);
    },
  });
  if (showsProgress) process.stderr.write("\r\u001B[K");
  console.log(describeRun(result, performance.now() - startedMs));
  if (result.failed === undefined) return true;
  console.log(await describeFailure(result.failed, { beside, revision }));
  return false;
}

await main();
