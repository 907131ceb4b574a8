import { afterAll } from "vitest";

import { findCanaries } from "./canaries.ts";

/**
 * Runs before every test file (`setupFiles` in vitest.config.ts): whatever the file prints is looked through, and so is what it
 * hands to `watchOutput`: the lines of its shops' logs, and what its child processes print. A canary fails the file.
 */
const found = new Set<string>();
let unfinished = "";

export function watchOutput(text: string): void {
  // A string may come in two pieces.
  const seen = unfinished + text;
  unfinished = seen.slice(-200);
  for (const canary of findCanaries(seen)) found.add(`${canary} in: ${lineWith(canary, seen)}`);
}

function lineWith(canary: string, text: string): string {
  return text.split("\n").find((line) => line.includes(canary)) ?? "(encoded)";
}

for (const method of ["debug", "error", "info", "log", "warn"] as const) {
  const print = console[method];
  console[method] = (...values: unknown[]) => {
    watchOutput(values.map(String).join(" "));
    print(...values);
  };
}
for (const stream of [process.stdout, process.stderr]) {
  const write = stream.write.bind(stream) as (...parameters: unknown[]) => boolean;
  stream.write = (...parameters: unknown[]): boolean => {
    const [chunk] = parameters;
    watchOutput(typeof chunk === "string" ? chunk : Buffer.from(chunk as Uint8Array).toString());
    return write(...parameters);
  };
}

afterAll(() => {
  if (found.size === 0) return;
  // Cut, so that reporting a leak does not repeat it for ever.
  const leaks = [...found].map((leak) => leak.slice(0, 300));
  throw new Error(`C15: private strings were printed:\n${leaks.join("\n")}`);
});
