import type { Target } from "./target.ts";

/** One thing that an attacker tries, and what came of it. */
export interface Finding {
  tried: string;
  /** In few words: statuses, and how often. */
  got: string;
  /** True when the attacker has what they wanted. */
  gotThrough: boolean;
}

export interface Attack {
  name: string;
  run(target: Target): Promise<Finding[]>;
}

/** `400 ×12, 415 ×2` */
export function tally(statuses: readonly (number | string)[]): string {
  const counts = new Map<string, number>();
  for (const status of statuses) counts.set(String(status), (counts.get(String(status)) ?? 0) + 1);
  return [...counts].map(([status, count]) => (count === 1 ? status : `${status} ×${count}`)).join(", ");
}
