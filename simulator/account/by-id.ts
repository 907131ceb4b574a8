import type { Collection } from "../state/state.ts";

/** For operations on one object: a wrong id is the test's mistake, and the error says so. */
export function byId<T>(collection: Collection<T>, id: string, kind: string): T {
  const found = collection[id];
  if (found === undefined) throw new Error(`The simulated Stripe has no ${kind} ${id}.`);
  return found;
}
