/** Numbers that many instances add to, and that are forgotten some time after `untilMs`. */
export interface Counters {
  /**
   * Adds in one atomic step, or subtracts if the amount is negative; resolves to the new sum. A request that is repeated on its way may
   * count twice. `untilMs` is in ms since 1970.
   */
  add(name: string, amount: number, untilMs: number): Promise<number>;
}
