import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import { watchOutput } from "../support/watch-output.ts";

/** A program of this folder in a process of its own. */
export interface Program {
  /** The port that it reported when it was ready. */
  port: number;
  pid: number;
  /** Kills it, without any cleanup. */
  kill(): Promise<void>;
  isRunning(): boolean;
  tell(message: object): void;
}

/** Starts `file`, which reports its port (`process.send({ port })`) once it listens. */
export async function startProgram(file: string, environment: Record<string, string>): Promise<Program> {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), {
    env: { ...process.env, ...environment },
    execArgv: [],
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  // Its log is searched for canaries; its other complaints are shown.
  child.stdout?.on("data", (chunk: Buffer) => watchOutput(chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => process.stderr.write(chunk));
  const { port } = await firstMessage(child, file);
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  return {
    port,
    pid: child.pid ?? 0,
    isRunning,
    async kill() {
      if (!isRunning()) return;
      const exited = once(child, "exit");
      child.kill("SIGKILL");
      await exited;
    },
    tell: (message) => void child.send(message),
  };
}

async function firstMessage(child: ChildProcess, file: string): Promise<{ port: number }> {
  return new Promise((resolve, reject) => {
    child.once("message", (message) => resolve(message as { port: number }));
    child.once("exit", (code) => reject(new Error(`${file} ended with ${code} before it was ready.`)));
    child.once("error", reject);
  });
}
