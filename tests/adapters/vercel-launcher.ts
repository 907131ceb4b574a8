import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

import type { KnownDifferences } from "./adapter-case.ts";

export interface LaunchedFunction {
  origin: string;
  /** What the function wrote to its log so far. */
  output(): string;
  stop(): Promise<void>;
}

export interface LaunchOptions {
  /** The folder that the function is deployed from. */
  folder: string;
  /** Its file in that folder: TypeScript for `vercel dev`, or JavaScript from `vercel build`. */
  entrypoint: string;
  env: Readonly<Record<string, string>>;
  /** A module that Node runs before the function. */
  preload?: URL;
}

const START_WITHIN_MS = 30_000;

/** None may outlive this process, however it ends. */
const children = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of children) child.kill("SIGKILL");
});

/**
 * Starts one function in a process of its own, in the launcher of @vercel/node that `vercel dev` uses, too. It is forked here
 * and not through `startDevServer`, which lets the function write into our output.
 */
export async function launchVercelFunction(options: LaunchOptions): Promise<LaunchedFunction> {
  const require = createRequire(import.meta.url);
  const launcher = require.resolve("@vercel/node/dist/dev-server.mjs");
  const child = fork(launcher, [], {
    cwd: options.folder,
    execArgv: [],
    silent: true,
    env: {
      PATH: process.env["PATH"],
      ...options.env,
      NODE_OPTIONS: nodeOptions(options, launcher),
      VERCEL_DEV_ENTRYPOINT: options.entrypoint,
      VERCEL_DEV_CONFIG: '{"zeroConfig":true}',
      VERCEL_DEV_BUILD_ENV: "{}",
    },
  });
  let output = "";
  child.stdout?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (output += chunk.toString()));

  const exited = once(child, "exit");
  children.add(child);
  const died = exited.then(() => {
    throw new Error(`The launcher of ${options.entrypoint} ended by itself:\n${output}`);
  });
  const started = once(child, "message", { signal: AbortSignal.timeout(START_WITHIN_MS) });
  const [{ port }] = (await Promise.race([started, died])) as [{ port: number }];
  died.catch(() => undefined);

  return {
    origin: `http://127.0.0.1:${port}`,
    output: () => output,
    async stop() {
      child.kill("SIGKILL");
      await exited;
      children.delete(child);
    },
  };
}

/** TypeScript is loaded as @vercel/node does it: https://github.com/vercel/vercel/blob/main/packages/node/src/fork-dev-server.ts */
function nodeOptions({ entrypoint, preload }: LaunchOptions, launcher: string): string {
  const preloads = preload === undefined ? [] : [preload.href];
  if (entrypoint.endsWith(".ts")) preloads.push(pathToFileURL(createRequire(launcher).resolve("tsx")).href);
  return [...preloads.map((file) => `--import ${file}`), "--no-warnings"].join(" ");
}

/** Only `vercel dev` uses the launcher; in production Vercel's proxy is in front of the function. */
export const LAUNCHER_DIFFERENCES: KnownDifferences = {
  "C01: webhook reassembles a body that comes in pieces, cut inside a character": {
    reason:
      "The launcher hands Transfer-Encoding to an HTTP client that refuses it; the proxy sends a Content-Length.",
    outcome: "fails",
  },
  "C10: webhook answers 413 to 1.1 MB without a length": {
    reason:
      "The launcher hands Transfer-Encoding to an HTTP client that refuses it; the proxy sends a Content-Length.",
    outcome: "fails",
  },
  "D07: create-checkout-session survives a list in X-Forwarded-Host": {
    reason:
      "The launcher builds an address from X-Forwarded-Host and dies of a list; the proxy overwrites the header.",
    outcome: "skipped",
  },
};
