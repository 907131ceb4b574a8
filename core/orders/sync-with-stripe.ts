import type { Deadline } from "../retry/deadline.ts";
import { mergeFacts, newControl, owesNow, sameMirror } from "./control-record.ts";
import type { Truth } from "./facts.ts";
import { takeLease } from "./lease.ts";
import type { StoredControl } from "./order-store.ts";
import type { OrderId } from "./order.ts";
import { enqueueNotifications } from "./outbox/enqueue-notifications.ts";
import { lookFor } from "./payment-look.ts";
import type { SyncDependencies } from "./settle-dependencies.ts";
import type { SettleTrigger } from "./settle-trigger.ts";
import { updateControl } from "./update-control.ts";

/** Refunds, disputes and subscriptions go both ways, so Stripe is asked again after a write. They do not move this often in one run. */
const MAX_LOOKS = 4;

/** With these triggers Stripe reports a change to a refund, a dispute or a subscription. */
const REPORTS_A_MOVE: ReadonlySet<SettleTrigger> = new Set<SettleTrigger>([
  "refund",
  "dispute",
  "subscription",
]);

/**
 * Brings an order's record into agreement with Stripe and creates it if needed. Also takes the order's lease when something is due
 * and the lease is free; mostly all in one write. Resolves to what Stripe said and to the record as it now stands, which is
 * undefined while Checkout is not finished.
 * @throws when Stripe or the store cannot be reached; no lease is held then.
 *
 * A state only moves up, so late facts do no harm. The mirror (refunds, disputes, subscription) can go both ways, and late facts
 * would spoil it:
 *
 *     run A  read v1 ─ ask Stripe: "disputed" ················ (slow) ················ write v2: "disputed" ✗ stale
 *     Stripe ──────────────────────────────────▶ dispute withdrawn
 *     run B                                        read v1 ─ ask Stripe: "fine" ─ same as v1
 *
 * So every round reads the record first and asks Stripe second: a write in between makes ours conflict. Stripe has told run B of
 * the move, so B writes even if nothing changes: the version moves on, A's write is refused, and A asks again. After a write that
 * changed the mirror, Stripe is asked once more, until its answer is what we wrote, in case B came before A had read.
 */
export async function syncWithStripe(
  orderId: OrderId,
  trigger: SettleTrigger,
  owner: string,
  deadline: Deadline,
  dependencies: SyncDependencies,
): Promise<Synced> {
  let synced = await syncOnce();
  for (let look = 1; synced.mirrorMoved && look < MAX_LOOKS; look += 1) {
    synced = await syncOnce({ stored: synced.stored });
  }
  return synced;

  async function syncOnce(seen?: { stored: StoredControl | undefined }): Promise<LookedAt> {
    const { readFacts, store, now } = dependencies;
    let truth: Truth = { kind: "not_found" };
    let mirrorMoved = false;

    const { stored } = await updateControl(
      orderId,
      dependencies,
      async (current) => {
        const look = lookFor(current, trigger);
        truth = await readFacts(orderId, { isHeld: current !== undefined, look }, deadline);
        if (truth.kind !== "session") return undefined;
        const { facts } = truth;
        if (current === undefined) {
          // Nothing is bought until Checkout is complete. Snapshot first: an order that can be seen always says what was bought.
          if (facts.status !== "complete") return undefined;
          await store.createSnapshot(facts.snapshot);
        }
        const merged = enqueueNotifications(
          current,
          mergeFacts(current ?? newControl(), facts),
          dependencies,
        );
        mirrorMoved = current !== undefined && !sameMirror(current.mirror, facts.mirror);
        // Only after the second look: if that fails, no unused lease keeps others waiting.
        const leased =
          !mirrorMoved && owesNow(merged, trigger === "owner", now())
            ? takeLease(merged, owner, now())
            : undefined;
        return leased ?? (merged === current && !REPORTS_A_MOVE.has(trigger) ? undefined : merged);
      },
      seen,
    );
    return { truth, stored, mirrorMoved };
  }
}

export interface Synced {
  truth: Truth;
  stored: StoredControl | undefined;
}

interface LookedAt extends Synced {
  mirrorMoved: boolean;
}
