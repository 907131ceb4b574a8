import type { Plan } from "./plan.ts";
import type { Random } from "./random.ts";

/** What may be wrong with the storage in Stripe during a whole schedule, apart from random failures. */
export interface StorageHabits {
  /** For this long after the start Stripe refuses to write a session's metadata. */
  refusesForMs: number;
  /** Stripe does not compare the parameters of two requests under one key: the second gets the first one's answer. */
  forgetsParameters: boolean;
  /** How often another program of the account writes back the metadata of a session that it read a while ago. */
  foreignWrites: number;
}

export const PERFECT_STORAGE: StorageHabits = {
  refusesForMs: 0,
  forgetsParameters: false,
  foreignWrites: 0,
};

/** Drawn from its own stream, so that the rest of a seed's plan stays as it was. */
export function drawStorage(random: Random, { engine, stormName, storage }: Plan): StorageHabits {
  const refusesForMs = random.chance(0.12) ? random.between(5_000, 90_000) : 0;
  const forgetsParameters = random.chance(0.3);
  const foreignWrites = random.chance(0.35) ? random.between(1, 4) : 0;
  // These plans show what slow calls alone do, so nothing else is wrong.
  const isInStripe = engine === "stripe" && stormName !== "even";
  return isInStripe ? { refusesForMs, forgetsParameters, foreignWrites } : storage;
}
