import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import type { Attack } from "./attack/attack.ts";
import { crossSite } from "./attack/cross-site.ts";
import { flood } from "./attack/flood.ts";
import { guessedIds } from "./attack/guessed-ids.ts";
import { openRedirect } from "./attack/open-redirect.ts";
import { openOwnTarget, openTarget } from "./attack/open-target.ts";
import { priceTampering } from "./attack/price-tampering.ts";
import { printFindings } from "./attack/print-findings.ts";
import type { Target } from "./attack/target.ts";
import { forgedEvents, recordedEvents } from "./attack/webhooks.ts";
import { fail, messageOf } from "./owner-shop.ts";

const HELP = `Attacks a shop on this machine the way strangers would, and prints what each attempt got.

  npm run attack                                  a shop of its own, started for this and gone afterwards
  npm run attack -- --url http://localhost:3000   one that is running here, e.g. by npm run dev

Ends with 1 when something got through. It only attacks this machine: the deployed shop runs the same code.`;

const ATTACKS: readonly Attack[] = [
  priceTampering,
  openRedirect,
  crossSite,
  forgedEvents,
  recordedEvents,
  guessedIds,
];

/** As under `vercel dev`: the shop believes the host about where a request comes from, and here we are the host. */
const DEPLOYED = {
  CHECKOUTS_PER_MINUTE: "5",
  CHECKOUTS_PER_MINUTE_TOTAL: "100",
  VERCEL: "1",
  VERCEL_ENV: "development",
};

const root = fileURLToPath(new URL("..", import.meta.url));
const { url, help } = readFlags();
if (help) {
  console.log(HELP);
  process.exit(0);
}

try {
  const through =
    url === undefined ? await attackOwnShop() : await attack(await openTarget(url), [...ATTACKS, flood]);
  console.log(through === 0 ? "\nNothing got through." : `\n${through} GOT THROUGH.`);
  process.exit(through === 0 ? 0 : 1);
} catch (error) {
  fail(`The shop could not be attacked: ${messageOf(error)}`);
}

/** Two shops: the first as `npm run dev` starts it, the second with the limits of a deployed one, so that attacks do not affect each other. */
async function attackOwnShop(): Promise<number> {
  let through = 0;
  for (const [attacks, limits] of [
    [ATTACKS, {}],
    [[flood], DEPLOYED],
  ] as const) {
    const { target, close } = await openOwnTarget(root, limits);
    through += await attack(target, attacks);
    await close();
  }
  return through;
}

async function attack(target: Target, attacks: readonly Attack[]): Promise<number> {
  let through = 0;
  for (const { name, run } of attacks) {
    const findings = await run(target);
    printFindings(name, findings);
    through += findings.filter(({ gotThrough }) => gotThrough).length;
  }
  return through;
}

function readFlags(): { url?: string | undefined; help?: boolean | undefined } {
  try {
    return parseArgs({ options: { url: { type: "string" }, help: { type: "boolean", short: "h" } } }).values;
  } catch (error) {
    return fail(`${messageOf(error)}\n\n${HELP}`);
  }
}
