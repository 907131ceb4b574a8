import Stripe from "stripe";

import { parseConfig } from "../../core/config/config.ts";
import { createDeadline } from "../../core/retry/deadline.ts";
import { settleOrder } from "../../core/orders/settle-order.ts";
import { openShop } from "../../core/services.ts";
import type { Site } from "../../core/shop-definition/site.ts";
import type { ShopRuntime } from "../../core/services.ts";
import type { ShopProcess } from "./shop-process.ts";
import type { Violations } from "./violations.ts";

const MINUTE_MS = 60_000;

/** The prefix of processes that the owner has started: they need not wait for the next try. */
export const OWNER = "owner-";

const { errors } = Stripe;
/** Stripe cannot be reached, fails, is too busy, or refuses to let records be written. */
const STRIPE_FAILURES = [
  errors.StripeConnectionError,
  errors.StripeAPIError,
  errors.StripeRateLimitError,
  errors.StripePermissionError,
];

/** The table cannot be reached, others were faster each time, or time ran out. */
const OTHER_FAILURES =
  /^(?:the connection was re(?:fused|set)$|Order \S+ was changed by others|Stripe failed to write|Stripe has refused to write the version|Timed out after|No time is left)/;

/** The owner settles an order by hand, on a machine that may die like any other. Resolves when that is over. */
export function settleByHand(
  orderId: string,
  process: ShopProcess,
  shop: {
    environment: Readonly<Record<string, string | undefined>>;
    site: Site;
    runtime: ShopRuntime;
    violations: Violations;
  },
): Promise<void> {
  const complain = (what: string): void =>
    shop.violations.report(
      "S9 what a person asks for fails only for a known reason",
      `${orderId}: the owner settles it, and ${what}`,
    );

  async function settle(): Promise<void> {
    const services = await openShop(parseConfig(shop.environment), shop.site, shop.runtime).loadServices();
    const { kind } = await settleOrder(orderId, "owner", createDeadline(process.now, MINUTE_MS), services);
    if (kind === "not_ours" || kind === "not_found") complain(`is told ${kind}`);
  }

  return new Promise((resolve) => {
    process.onDeath(() => resolve());
    const finish = process.beginRequest();
    async function run(): Promise<void> {
      // The owner sees what failed, and may try again.
      await settle().catch((error: unknown) => {
        if (!mayHappen(error)) complain(`gets ${String(error)}`);
      });
      finish();
      resolve();
    }
    void run();
  });
}

function mayHappen(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return STRIPE_FAILURES.some((failure) => error instanceof failure) || OTHER_FAILURES.test(error.message);
}
