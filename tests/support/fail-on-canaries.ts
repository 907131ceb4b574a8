import { afterAll } from "vitest";

import { leaksSoFar, watchOutput } from "./watch-output.ts";

/**
 * Runs before every test file (`setupFiles` in vitest.config.ts). It searches all that the file prints or hands to `watchOutput`:
 * the lines of its shops' logs, and the output of its child processes. A canary fails the file.
 */
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
  const leaks = leaksSoFar();
  if (leaks.length > 0) throw new Error(`C15: private strings were printed:\n${leaks.join("\n")}`);
});
