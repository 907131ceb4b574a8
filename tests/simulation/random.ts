/** Chance that can be replayed: the same seed gives the same run, bit for bit. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  chance(probability: number): boolean;
  /** An integer, both ends included. */
  between(low: number, high: number): number;
  pick<T>(choices: readonly T[]): T;
  /** Letters and digits, as Stripe's ids have them. */
  letters(length: number): string;
}

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Streams of one seed are independent: more draws from one do not shift the others. */
export function createRandom(seed: number, stream: string): Random {
  const next = splitMix32(hash(seed, stream));
  const between = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  return {
    next,
    between,
    chance: (probability) => next() < probability,
    pick<T>(choices: readonly T[]): T {
      const chosen = choices[between(0, choices.length - 1)];
      if (chosen === undefined) throw new Error("There is nothing to choose from.");
      return chosen;
    },
    letters: (length) => Array.from({ length }, () => ALPHABET[between(0, ALPHABET.length - 1)]).join(""),
  };
}

/** A small generator with well mixed bits; nothing here needs more. */
function splitMix32(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 4_294_967_296;
  };
}

/** FNV-1a over the seed and the stream's name. */
function hash(seed: number, stream: string): number {
  let sum = 0x811c9dc5;
  for (const character of `${seed}/${stream}`)
    sum = Math.imul(sum ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return sum;
}
