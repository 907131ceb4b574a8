import type { ControlRecord, OrderId } from "./order.ts";
import type { OrderStore, StoredControl } from "./order-store.ts";
import { sleep, type Schedule } from "../retry/with-timeout.ts";

/** A control record without the id that the write itself adds. */
export type ControlDraft = Omit<ControlRecord, "writeId">;

export interface UpdateDependencies {
  store: OrderStore;
  randomId: () => string;
  schedule: Schedule;
}

/** Conflicts beyond this many mean a storm: give up and let the caller's retry find a quieter moment. */
const MAX_ROUNDS = 8;
const FIRST_PAUSE_MS = 20;

/**
 * Changes a control record: read, `change`, compare-and-set, and again after a conflict. `change` may run several times, so
 * it only computes, or asks. It gets undefined when there is no record, and returns undefined to change nothing.
 *
 * A conflict can be our own write: the store took it, its reply was lost, and a retry below us found the version moved on.
 * Each write carries a random id, so after a conflict we check whether the record already holds ours.
 *
 * `seen` saves the first read for a caller that has just read or written the record; if it is outdated, the compare-and-set
 * notices. Resolves to the record as it now stands, and whether this call wrote it.
 */
export async function updateControl(
  orderId: OrderId,
  { store, randomId, schedule }: UpdateDependencies,
  change: (
    current: ControlRecord | undefined,
  ) => Promise<ControlDraft | undefined> | ControlDraft | undefined,
  seen?: { stored: StoredControl | undefined },
): Promise<{ stored: StoredControl | undefined; written: boolean }> {
  const ourWrites = new Set<string>();
  let { stored } = seen ?? { stored: await store.readControl(orderId) };

  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const draft = await change(stored?.control);
    if (draft === undefined) return { stored, written: false };

    const control: ControlRecord = { ...draft, writeId: randomId() };
    ourWrites.add(control.writeId);
    const result = await store.writeControl(orderId, stored?.version ?? 0, control);
    if (result !== "conflict") return { stored: { control, version: result.version }, written: true };

    await sleep(FIRST_PAUSE_MS * 2 ** round, schedule);
    stored = await store.readControl(orderId);
    if (stored !== undefined && ourWrites.has(stored.control.writeId)) return { stored, written: true };
  }
  throw new Error(`Order ${orderId} was changed by others ${MAX_ROUNDS} times in a row; try again later.`);
}
