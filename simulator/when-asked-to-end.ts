import { spawnSync } from "node:child_process";

/** As early as possible: the parent may be gone before the program is ready. */
const STARTED_BY = process.ppid;

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const LOOK_AFTER_PARENT_MS = 500;
/** Whatever still hangs by then is abandoned; the next start copes with that. */
const PATIENCE_MS = 5_000;

/**
 * Runs `close` once and ends the process, as soon as it is asked to end: by Ctrl-C, by SIGTERM, by its terminal being closed, or by
 * the end of the `npm run` that started it. npm passes a signal on to its shell at most, and the shell passes it on to no one:
 * https://github.com/npm/cli/issues/5776
 */
export function whenAskedToEnd(close: () => Promise<void> | void): void {
  let isEnding = false;
  const end = (): void => {
    // A second request means that the caller does not want to wait.
    if (isEnding) process.exit(1);
    isEnding = true;
    setTimeout(() => process.exit(1), PATIENCE_MS).unref();
    void Promise.resolve(close()).then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  for (const signal of SIGNALS) process.on(signal, end);
  if (process.env["npm_lifecycle_event"] === undefined) return;
  const npm = parentOfShell(STARTED_BY) ?? STARTED_BY;
  const watching = setInterval(() => {
    if (process.ppid === STARTED_BY && isRunning(STARTED_BY) && isRunning(npm)) return;
    clearInterval(watching);
    if (!isEnding) end();
  }, LOOK_AFTER_PARENT_MS);
  watching.unref();
}

/** The parent of the shell with that process id; undefined when it is not a shell, or where this cannot be asked (Windows). */
function parentOfShell(processId: number): number | undefined {
  const { stdout } = spawnSync("ps", ["-o", "ppid=,comm=", "-p", String(processId)], { encoding: "utf8" });
  const [, parent] = /^\s*(\d+)\s+(?:.*\/)?-?(?:ba|da|k|z|a)?sh\s*$/.exec(stdout ?? "") ?? [];
  return parent === undefined ? undefined : Number(parent);
}

function isRunning(processId: number): boolean {
  try {
    return process.kill(processId, 0);
  } catch (error) {
    // The process exists and belongs to another user.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
