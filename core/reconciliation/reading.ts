import type { Listed } from "./source.ts";

/** A list that is read piece by piece, whenever its turn comes. */
export interface Reading {
  /**
   * The next entries: `count` of them, unless the list or `mayHaveMore` ends it. An empty array means that the list has ended.
   * @throws what the list throws, once all entries before were returned.
   */
  next(count: number, mayHaveMore: (read: number) => boolean): Promise<Listed[]>;
  /** These entries come first next time. */
  putBack(entries: readonly Listed[]): void;
}

/** The first page is requested at once: where Stripe is slow, it is best to wait for all lists together. */
export function readAhead(listed: AsyncIterable<Listed>): Reading {
  const iterator = listed[Symbol.asyncIterator]();
  let waiting: Listed[] = [];
  let failure: { error: unknown } | undefined;
  let ahead: Promise<IteratorResult<Listed>> | undefined = iterator.next();
  // The caller that awaits it gets the error.
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
