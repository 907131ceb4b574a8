import type Stripe from "stripe";

import { retrieveCheckoutFacts, type Truth } from "./checkout-facts.ts";
import { mergeFacts, newControl, owesAnything, sameMirror } from "./control-record.ts";
import type { Deadline } from "./deadline.ts";
import { takeLease } from "./lease.ts";
import type { OrderId } from "./order.ts";
import type { StoredControl } from "./order-store.ts";
import type { SettleTrigger } from "./settle-order.ts";
import { spreadNews, type Audience } from "./spread-news.ts";
import { updateControl, type UpdateDependencies } from "./update-control.ts";

export interface AgreeDependencies extends UpdateDependencies {
  stripe: Stripe;
  livemode: boolean;
  shopId: string;
  now: () => number;
  /** Who is to hear of what happens to an order. */
  news: { audience: Audience };
}

/** What moves both ways is looked at again after it was written; it does not move this often in one run. */
const MAX_LOOKS = 4;

/** Triggers by which Stripe reports that a refund, a dispute or a subscription has moved. */
const REPORTS_A_MOVE: ReadonlySet<SettleTrigger> = new Set<SettleTrigger>([
  "refund",
  "dispute",
  "subscription",
]);

/**
 * Brings an order's record into agreement with Stripe, creating it if need be, and takes the order's lease when something is owed
 * and nobody else holds it; mostly all in one write. Resolves to what Stripe said and to the record as it now stands, which is
 * undefined while Checkout is not finished.
 * @throws when Stripe or the store cannot be reached; no lease is held then.
 *
 * A state only moves up, so facts that arrive late do no harm. The mirror (refunds, disputes, subscription) can go both ways,
 * and late facts would:
 *
 *     run A  read v1 ─ ask Stripe: "disputed" ················ (slow) ················ write v2: "disputed" ✗ stale
 *     Stripe ──────────────────────────────────▶ dispute withdrawn
 *     run B                                        read v1 ─ ask Stripe: "fine" ─ same as v1
 *
 * So Stripe is asked after the record was read, in every round: whoever wrote in between makes our write conflict. Run B, to whom
 * Stripe has reported the move, therefore writes even if nothing changes: the version moves on, and A's write is refused and asks
 * again. And after a write that changed the mirror Stripe is asked once more, until it still says what we wrote, in case B came
 * before A had read.
 */
export async function agreeWithStripe(
  orderId: OrderId,
  trigger: SettleTrigger,
  owner: string,
  deadline: Deadline,
  dependencies: AgreeDependencies,
  justRead?: { stored: StoredControl | undefined },
): Promise<Agreement> {
  let agreement = await agreeOnce(justRead);
  for (let look = 1; agreement.mirrorMoved && look < MAX_LOOKS; look += 1) {
    agreement = await agreeOnce({ stored: agreement.stored });
  }
  return agreement;

  async function agreeOnce(seen: { stored: StoredControl | undefined } | undefined): Promise<LookedAt> {
    const { stripe, store, livemode, shopId, now, news } = dependencies;
    let truth: Truth = { kind: "not_found" };
    let mirrorMoved = false;

    const { stored } = await updateControl(
      orderId,
      dependencies,
      async (current) => {
        const lookForDisputes = trigger === "dispute" || current?.mirror.dispute !== undefined;
        const isKnown = current !== undefined;
        const asked = { livemode, shopId, lookForDisputes, isKnown };
        truth = await retrieveCheckoutFacts(stripe, orderId, asked, deadline);
        if (truth.kind !== "session") return undefined;
        const { facts } = truth;
        if (current === undefined) {
          // Nobody bought anything yet. And the snapshot first: an order that can be seen always says what was bought.
          if (facts.status !== "complete") return undefined;
          await store.createSnapshot(facts.snapshot);
        }
        const merged = spreadNews(current, mergeFacts(current ?? newControl(), facts), news.audience);
        mirrorMoved = current !== undefined && !sameMirror(current.mirror, facts.mirror);
        // Not before the second look: should that fail, nobody has to wait for a lease that nobody uses.
        const leased =
          !mirrorMoved && owesAnything(merged, trigger === "owner")
            ? takeLease(merged, owner, now())
            : undefined;
        return leased ?? (merged === current && !REPORTS_A_MOVE.has(trigger) ? undefined : merged);
      },
      seen,
    );
    return { truth, stored, mirrorMoved };
  }
}

export interface Agreement {
  truth: Truth;
  stored: StoredControl | undefined;
}

interface LookedAt extends Agreement {
  mirrorMoved: boolean;
}
