import type { Listed } from "./sources.ts";

/** A list that is read on and on, whenever its turn comes. */
export interface Reading {
  /**
   * The next entries, `count` of them unless the list ends or `mayHaveMore` ends it; none means that the list has come to its end.
   * @throws what the list throws, once all entries before were given out.
   */
  next(count: number, mayHaveMore: (read: number) => boolean): Promise<Listed[]>;
  /** They come first next time. */
  putBack(entries: readonly Listed[]): void;
}

/** The first page is asked for at once: where Stripe is slow, lists are best waited for together. */
export function readAhead(listed: AsyncIterable<Listed>): Reading {
  const iterator = listed[Symbol.asyncIterator]();
  let waiting: Listed[] = [];
  let failure: { error: unknown } | undefined;
  let ahead: Promise<IteratorResult<Listed>> | undefined = iterator.next();
  // Whoever waits for it gets the error.
  ahead.catch(() => undefined);

  async function pull(): Promise<Listed | undefined> {
    const result = await (ahead ?? iterator.next());
    ahead = undefined;
    return result.done === true ? undefined : result.value;
  }

  async function readOn(
    entries: Listed[],
    count: number,
    mayHaveMore: (read: number) => boolean,
  ): Promise<void> {
    try {
      while (entries.length < count && (entries.length === 0 || mayHaveMore(entries.length))) {
        const entry = await pull();
        if (entry === undefined) return;
        entries.push(entry);
      }
    } catch (error) {
      failure = { error };
    }
  }

  return {
    async next(count, mayHaveMore) {
      const entries = waiting.splice(0, count);
      if (failure === undefined) await readOn(entries, count, mayHaveMore);
      if (entries.length === 0 && failure !== undefined) throw failure.error;
      return entries;
    },

    putBack(entries) {
      waiting = [...entries, ...waiting];
    },
  };
}
