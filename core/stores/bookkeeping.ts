/** Small records of the shop itself, such as how far reconciliation has come. Compare-and-set, like all that is stored. */
export interface Bookkeeping {
  read(name: string): Promise<{ text: string; version: number } | undefined>;

  /** `expectedVersion` 0 means that there is no note yet. "conflict" changes nothing. */
  write(name: string, expectedVersion: number, text: string): Promise<"written" | "conflict">;
}
