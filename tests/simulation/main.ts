import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";

import { runSchedules } from "./run-schedules.ts";
import { huntBugs } from "./seeded-bugs/hunt.ts";
import { describeRun, describeFailure } from "./summary.ts";

const HELP = `Simulates the shop: the shipped code on virtual machines, in virtual time, with everything going wrong.

  npm run test:simulation -- [options]

  --schedules N   how many schedules (default 10000)
  --seed N        the first seed (default 1); the same seed is the same run, bit for bit
  --replay N      one seed, with its whole timeline
  --bugs all      seeded bugs: how many schedules until each is caught, 5000 at the most
  --bugs sample   the same for a few that are caught soon
  --bugs NAME     the same for one; with --replay its timeline
  --workers N     processes (default: as many as there are processors)
  --help
`;

const { values } = parseArgs({
  options: {
    schedules: { type: "string", default: "10000" },
    seed: { type: "string", default: "1" },
    replay: { type: "string" },
    bugs: { type: "string" },
    workers: { type: "string", default: String(availableParallelism()) },
    help: { type: "boolean", default: false },
  },
});

const startedMs = performance.now();
const workers = Number(values.workers);
let isFine = true;

if (values.help) console.log(HELP);
else if (values.replay !== undefined) await replay(Number(values.replay), values.bugs);
else if (values.bugs !== undefined) isFine = await huntBugs(values.bugs, { workers, print: console.log });
else isFine = await run(Number(values.seed), Number(values.schedules));
process.exitCode = isFine ? 0 : 1;

async function replay(seed: number, bug: string | undefined): Promise<void> {
  const { last } = await runSchedules({ seed, schedules: 1, bug, keepTimeline: true });
  console.log(last?.timeline.join("\n"));
  for (const { invariant, what } of last?.violations ?? []) console.log(`✗ ${invariant}\n  ${what}`);
}

async function run(seed: number, schedules: number): Promise<boolean> {
  const showsProgress = process.stderr.isTTY && schedules > 1;
  const result = await runSchedules({
    seed,
    schedules,
    workers,
    onProgress: (done) => {
      if (showsProgress) process.stderr.write(`\r${done} of ${schedules} schedules `);
    },
  });
  if (showsProgress) process.stderr.write("\r\u001B[K");
  console.log(describeRun(result, performance.now() - startedMs));
  if (result.failed === undefined) return true;
  console.log(await describeFailure(result.failed));
  return false;
}
