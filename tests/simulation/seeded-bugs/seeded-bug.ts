/** A mistake that somebody could make in the shop, made on purpose to see whether the simulation notices. */
export interface SeededBug {
  /** kebab-case, for the command line. */
  name: string;
  /** The mistake, in a sentence. */
  what: string;
  /** Rows of the hazard list that it stands for. */
  hazards?: string;
  patches: readonly SourcePatch[];
  /** Why nothing can come of it, for a mistake that is none. Such a bug need not be caught. */
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
