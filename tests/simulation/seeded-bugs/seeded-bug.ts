/** A mistake that somebody could make in the shop, made on purpose to see whether a check notices. */
export interface SeededBug {
  /** kebab-case, for the command line. */
  name: string;
  /** The mistake, in a sentence. */
  what: string;
  /** The rows of the hazard list that it belongs to. */
  hazards?: string;
  patches: readonly SourcePatch[];
  /** Test files that must fail on it, for a mistake that no schedule can show. Undefined: the simulation must catch it. */
  caughtBy?: readonly string[];
  /** Why the change is harmless. Such a bug need not be caught. */
  harmless?: string;
}

/** Replaces a snippet of a source file when it is loaded. */
export interface SourcePatch {
  /** Relative to the repository, e.g. `core/orders/settle-order.ts`. */
  file: string;
  /** Must stand in the file exactly once; line breaks and indentation count as blanks. */
  find: string;
  replace: string;
}

type OneLineBug = Omit<SeededBug, "patches"> & Omit<SourcePatch, "file">;

/** Bugs that are one change each, all in the same file. */
export function bugsIn(
  file: string,
  bugs: readonly OneLineBug[],
  common: Pick<SeededBug, "caughtBy"> = {},
): readonly SeededBug[] {
  return bugs.map(({ find, replace, ...bug }) => ({ ...common, ...bug, patches: [{ file, find, replace }] }));
}
