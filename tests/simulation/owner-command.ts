import { parseConfig } from "../../core/config.ts";
import { createDeadline } from "../../core/orders/deadline.ts";
import { settleOrder } from "../../core/orders/settle-order.ts";
import { openShop } from "../../core/shop.ts";
import type { Site } from "../../core/site.ts";
import type { Surroundings } from "../../core/surroundings.ts";
import type { ShopProcess } from "./shop-process.ts";

const MINUTE_MS = 60_000;

/** The names of processes that the owner has started; such a one need not wait for the next try. */
export const OWNER = "owner-";

/** The owner settles an order by hand, on a machine that may die like any other. Resolves when that is over. */
export function settleByHand(
  orderId: string,
  process: ShopProcess,
  shop: { environment: Readonly<Record<string, string | undefined>>; site: Site; surroundings: Surroundings },
): Promise<void> {
  return new Promise((resolve) => {
    process.onDeath(() => resolve());
    const finish = process.beginRequest();
    async function settle(): Promise<void> {
      const kept = await openShop(parseConfig(shop.environment), shop.site, shop.surroundings).keeping();
      await settleOrder(orderId, "owner", createDeadline(process.now, MINUTE_MS), kept);
    }
    const end = (): void => {
      finish();
      resolve();
    };
    // The owner is told what failed, and may try again.
    void settle().then(end, end);
  });
}
