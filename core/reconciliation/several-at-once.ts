/** Each order takes about nine calls, one after the other; Stripe allows 25 a second. */
const AT_ONCE = 4;

/**
 * Works on items in their order, several at once, as long as `mayBegin` allows. Waits for everything that was begun, and resolves
 * to how many items that is. They are always the first ones.
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

/** Runs what concerns one subject one after the other, and everything else at once. */
export function createTurns(): (subject: string, work: () => Promise<void>) => Promise<void> {
  const last = new Map<string, Promise<void>>();
  return (subject, work) => {
    const before = last.get(subject) ?? Promise.resolve();
    const turn = before.catch(() => undefined).then(work);
    last.set(subject, turn);
    return turn;
  };
}
