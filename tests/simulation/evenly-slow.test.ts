import { expect, test } from "vitest";

import { NO_FAULTS } from "./faults.ts";
import type { Plan } from "./plan.ts";
import { PERFECT_STORAGE } from "./storage-habits.ts";
import { runSchedule } from "./schedule.ts";
import { addTallies, emptyTally } from "./tally.ts";

const ORDERS = 20;
const FOUR_MINUTES_MS = 4 * 60_000;

/** A shop without a table sends mails, a buyer looks at the page again and again, and nothing fails. */
function slowPlan(plan: Plan, evenMs: number, mailMs: number): Plan {
  return {
    ...plan,
    engine: "stripe",
    storage: PERFECT_STORAGE,
    stormName: "even",
    storm: { ...NO_FAULTS, evenMs, mailMs },
    stormFromMs: 0,
    network: { lost: 0, answerLost: 0, duplicated: 0.1, slow: 0 },
    host: { ...plan.host, limitMs: 60_000 },
    skewsMs: [0],
    mailServer: "works",
    owner: { webhook: false, mail: false, chat: false, code: false, server: "works", codeWorks: true },
    orders: [{ kind: "card", afterwards: [], isHasty: false, polls: 12, strays: 0 }],
    reconcilersAtMs: [],
    lingerMs: FOUR_MINUTES_MS,
    endpoint: "all",
    lostEvents: "none",
  };
}

for (const evenMs of [500, 1_000, 1_250, 1_300, 1_330, 1_400, 1_500, 1_900]) {
  test(`A36 A37: Stripe at an even ${evenMs} ms a call for minutes: one mail an order, and no order is flagged`, async () => {
    let tally = emptyTally();
    for (let seed = 1; seed <= ORDERS; seed += 1) {
      const { violations, tally: one } = await runSchedule(seed, {
        change: (plan) => slowPlan(plan, evenMs, seed % 2 === 0 ? 300 : 1_500),
      });
      expect(violations).toEqual([]);
      tally = addTallies(tally, one);
    }
    const { paid } = tally;
    // A buyer may have had enough of a checkout that does not open.
    expect(paid).toBeGreaterThan(ORDERS * 0.9);
    expect(tally).toMatchObject({ fulfilled: paid, flagged: 0, mails: paid });
  });
}
