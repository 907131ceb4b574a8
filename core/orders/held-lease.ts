import { holdsLease } from "./lease.ts";
import type { ControlRecord, OrderId } from "./order.ts";
import type { StoredControl } from "./order-store.ts";
import { updateControl, type ControlDraft, type UpdateDependencies } from "./update-control.ts";

/** The right to change an order, until another run takes its lease. */
export interface HeldLease {
  /** Writes nothing and resolves to undefined once the lease is no longer ours. */
  write(change: (current: ControlDraft) => ControlDraft): Promise<ControlRecord | undefined>;
}

/** `taken` is the record as it stood when its lease was taken. */
export function holdLease(
  orderId: OrderId,
  owner: string,
  taken: StoredControl,
  dependencies: UpdateDependencies,
): HeldLease {
  const token = { owner, fence: taken.control.fence };
  let latest: StoredControl | undefined = taken;

  return {
    async write(change) {
      const { stored, written } = await updateControl(
        orderId,
        dependencies,
        (current) => (current !== undefined && holdsLease(current, token) ? change(current) : undefined),
        { stored: latest },
      );
      latest = stored;
      return written ? stored?.control : undefined;
    },
  };
}
