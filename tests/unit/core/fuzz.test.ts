import { expect, test } from "vitest";

import { fuzzCreation, fuzzWebhook } from "../../fuzz/fuzz.ts";

// New requests in every run; `npm run fuzz -- --requests 200000` sends more of them.
const seed = Math.floor(Date.now() / 1_000) % 1_000_000_000;

test(
  `C01 C02 C05 C06 C09: of 4,000 made-up webhook requests only those that Stripe signed get in (seed ${seed})`,
  { timeout: 120_000 },
  async () => {
    const figures = await fuzzWebhook({ requests: 4_000, seed });
    expect(figures["no valid signature, 400"]).toBeGreaterThan(2_000);
    // The control: the same requests, unspoilt, are accepted.
    expect(figures["valid signature, 200"]).toBeGreaterThan(50);
  },
);

test(
  `B13 D16 D18: of 4,000 made-up purchases Stripe sees only catalog prices and legal quantities (seed ${seed})`,
  { timeout: 120_000 },
  async () => {
    const figures = await fuzzCreation({ requests: 4_000, seed });
    expect(figures["a session was asked for, 200"]).toBeGreaterThan(200);
    expect(figures["refused, 400"]).toBeGreaterThan(1_000);
  },
);
