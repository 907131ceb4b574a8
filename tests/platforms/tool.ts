import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { ROOT } from "./project-copy.ts";

export interface ToolOptions {
  cwd: string;
  env: Readonly<Record<string, string>>;
}

export interface RunningTool {
  /** Everything it has printed so far. */
  output(): string;
  stop(): Promise<void>;
}

const BIN = fileURLToPath(new URL("node_modules/.bin", import.meta.url));
const RUN_WITHIN_MS = 120_000;
const START_WITHIN_MS = 60_000;

/** The process groups that we started and have not ended. None may outlive this process, however it ends. */
const groups = new Set<number>();
process.on("exit", () => {
  for (const group of groups) killGroup(group, "SIGKILL");
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

/** Runs a command to its end and resolves to what it printed. When the command fails, rejects with an error that contains that. */
export async function runTool(
  command: string,
  args: readonly string[],
  options: ToolOptions,
): Promise<string> {
  const { child, output, stop } = start(command, args, options);
  const [exitCode] = await Promise.race([
    once(child, "exit") as Promise<[number | null]>,
    sleep(RUN_WITHIN_MS, [null] as const, { ref: false }),
  ]);
  await stop();
  if (exitCode !== 0) throw new Error(`${command} ${args.join(" ")} failed (${exitCode}):\n${output()}`);
  return output();
}

/** Starts a server; resolves when it prints `ready`. */
export async function startTool(
  command: string,
  args: readonly string[],
  options: ToolOptions & { ready: string },
): Promise<RunningTool> {
  const { child, output, stop } = start(command, args, options);
  const deadline = Date.now() + START_WITHIN_MS;
  while (!output().includes(options.ready)) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`${command} ${args.join(" ")} did not get ready:\n${output()}`);
    }
    await sleep(100);
  }
  return { output, stop };
}

function start(
  command: string,
  args: readonly string[],
  { cwd, env }: ToolOptions,
): RunningTool & { child: ChildProcess } {
  // A group of its own: what the tool starts ends with it.
  const child = spawn(command, args, {
    cwd,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...toolEnvironment(join(cwd, "../home")), ...env },
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.on("error", (error) => (output += String(error)));
  const group = child.pid;
  if (group !== undefined) groups.add(group);

  return {
    child,
    output: () => output,
    async stop() {
      if (group === undefined || !groups.delete(group)) return;
      killGroup(group, "SIGTERM");
      await Promise.race([
        child.exitCode === null && child.signalCode === null ? once(child, "exit") : undefined,
        sleep(3_000, undefined, { ref: false }),
      ]);
      killGroup(group, "SIGKILL");
    },
  };
}

function killGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch {
    // The whole group has ended already.
  }
}

/** Keeps the tools away from the developer's own accounts and settings, and from reporting to their makers. */
function toolEnvironment(home: string): Record<string, string> {
  return {
    PATH: [join(ROOT, "node_modules/.bin"), BIN, process.env["PATH"]].join(":"),
    HOME: home,
    XDG_CONFIG_HOME: join(home, ".config"),
    // This also switches off the Netlify CLI's telemetry: see its src/utils/telemetry/telemetry.ts.
    CI: "1",
    BUILD_TELEMETRY_DISABLED: "1",
    VERCEL_TELEMETRY_DISABLED: "1",
    // Skips `npm install`: the dependencies are there already.
    VERCEL_INSTALL_COMPLETED: "1",
    NO_UPDATE_NOTIFIER: "1",
  };
}
