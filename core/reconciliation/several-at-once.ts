/** Each order takes about nine calls, one after the other; Stripe allows 25 a second. */
const AT_ONCE = 4;

/**
 * Works on items in order, several at once, as long as `mayBegin` allows. Waits for all that were begun, and resolves to how many
 * those are. They are always the first ones.
 */
export async function severalAtOnce<T>(
  items: readonly T[],
  mayBegin: (begun: number) => boolean,
  work: (item: T, index: number) => Promise<void>,
): Promise<number> {
  let begun = 0;
  async function worker(): Promise<void> {
    while (begun < items.length && mayBegin(begun)) {
      const index = begun;
      begun += 1;
      await work(items[index] as T, index);
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return begun;
}

/** Runs work on the same subject one after the other, and everything else in parallel. */
export function createTurns(): (subject: string, work: () => Promise<void>) => Promise<void> {
  const last = new Map<string, Promise<void>>();
  return (subject, work) => {
    const before = last.get(subject) ?? Promise.resolve();
    const turn = before.catch(() => undefined).then(work);
    last.set(subject, turn);
    return turn;
  };
}
