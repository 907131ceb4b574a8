import { findCanaries } from "./canaries.ts";

const found = new Set<string>();
let unfinished = "";

/** Searches what a shop's log or process has written; tests/support/fail-on-canaries.ts fails the test file that leaked. */
export function watchOutput(text: string): void {
  // A string may be split over two pieces.
  const seen = unfinished + text;
  unfinished = seen.slice(-200);
  for (const canary of findCanaries(seen)) found.add(`${canary} in: ${lineWith(canary, seen)}`);
}

/** The leaks are cut, so that reporting one does not find it again forever. */
export function leaksSoFar(): string[] {
  return [...found].map((leak) => leak.slice(0, 300));
}

function lineWith(canary: string, text: string): string {
  return text.split("\n").find((line) => line.includes(canary)) ?? "(encoded)";
}
