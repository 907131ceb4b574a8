import type { Random } from "../simulation/random.ts";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".split("");
const STRANGERS = [".", "=", "+", "/", "\0", "é", "А", "٣", "\u200b", "%", '"', "~"];

/** A key that is almost one of `keys`, but never equal to one: no mutation only adds or removes whitespace. */
export function mutateKey(keys: readonly string[], random: Random): string {
  for (;;) {
    const mutated = random.pick(MUTATIONS)(random.pick(keys), keys, random);
    if (!keys.includes(mutated.replace(/\s/g, ""))) return mutated;
  }
}

type Mutation = (key: string, keys: readonly string[], random: Random) => string;

const MUTATIONS: readonly Mutation[] = [
  (key, _, random) => replaceAt(key, random, () => random.pick(LETTERS)),
  (key, _, random) => replaceAt(key, random, () => random.pick(STRANGERS)),
  (key, _, random) => replaceAt(key, random, () => ""),
  (key, _, random) => replaceAt(key, random, (old) => old + random.pick([...LETTERS, ...STRANGERS])),
  (key, _, random) => replaceAt(key, random, (old) => (old < "a" ? old.toLowerCase() : old.toUpperCase())),
  // Some decoders ignore bits of the last letter.
  (key, _, random) => key.slice(0, -1) + random.pick(LETTERS),
  (key, _, random) => key.slice(0, random.between(0, key.length - 1)),
  (key, _, random) => `${key}${random.pick(["=", "==", "A", "\n=", ".", key])}`,
  (key, keys, random) => signedPart(key) + signatureOf(random.pick(keys)),
  (key, _, random) => signedPart(key) + random.letters(85) + random.pick(["A", "Q", "g", "w"]),
  // The neutral element as both halves of a signature: verifiers that skip a check accept it for anything.
  (key) => `${signedPart(key)}AQ${"A".repeat(84)}`,
  (key) => `${signedPart(key)}${"A".repeat(86)}`,
  (key) => key.replace(/^LICENSE/, "TESTLICENSE"),
  (key) => key.replace(/^TESTLICENSE/, "LICENSE"),
  (key, _, random) => withPart(key, 1, random.letters(8).toLowerCase()),
  (key, _, random) => withPart(key, 2, String(random.between(20_260_101, 20_991_231))),
  (key, _, random) => withPart(key, 3, String(random.between(0, 1_000))),
  (key, _, random) => withPart(key, 4, random.pick(["ebb-2", "ebb-pro", "Ebb", "price_1", ""])),
];

function replaceAt(key: string, random: Random, replacement: (old: string) => string): string {
  const at = random.between(0, key.length - 1);
  return key.slice(0, at) + replacement(key.charAt(at)) + key.slice(at + 1);
}

function signedPart(key: string): string {
  return key.slice(0, key.lastIndexOf(".") + 1);
}

function signatureOf(key: string): string {
  return key.slice(key.lastIndexOf(".") + 1);
}

/** The parts of the readable beginning are separated by hyphens. */
function withPart(key: string, index: number, part: string): string {
  const dot = key.indexOf(".");
  const parts = key.slice(0, dot).split("-");
  parts[index] = part;
  return parts.join("-") + key.slice(dot);
}
