/** The moment by which an answer must have been given. A host freezes or kills what runs longer. */
export interface Deadline {
  /** Time left in ms, 0 when there is none. */
  remainingMs(): number;
}

export function createDeadline(now: () => number, budgetMs: number): Deadline {
  const endMs = now() + budgetMs;
  return { remainingMs: () => Math.max(0, endMs - now()) };
}
