import { randomBytes } from "node:crypto";

import type { Post } from "./http/safe-post.ts";
import { createJsonLog, type Log } from "./log/log.ts";
import type { Schedule } from "./retry/with-timeout.ts";

/** What a process gives the shop. Every part can be replaced, so that tests and simulation run the code that is shipped. */
export interface Runtime {
  fetch: typeof globalThis.fetch;
  /** To addresses that the owner names, and never inside the host's network. */
  post: Post;
  /** Milliseconds since 1970. */
  now: () => number;
  /** 16 letters, digits, - or _. */
  randomId: () => string;
  /** In [0, 1): for chance that nothing depends on. */
  random: () => number;
  schedule: Schedule;
  log: Log;
  /** The folder that contains `private/` while the shop runs. */
  projectFolder: string;
}

export function realRuntime(): Runtime {
  return {
    // Looked up at each call, so that a stand-in may be put in place later.
    fetch: (input, init) => globalThis.fetch(input, init),
    post: async (request) => {
      const { createPost } = await import("./http/safe-post.ts");
      const { lookup } = await import("node:dns/promises");
      return createPost((hostname) => lookup(hostname, { all: true }))(request);
    },
    now: Date.now,
    randomId: () => randomBytes(12).toString("base64url"),
    random: Math.random,
    schedule: (delayMs, callback) => {
      const timer = setTimeout(callback, delayMs);
      return () => clearTimeout(timer);
    },
    log: createJsonLog((line) => console.log(line), Date.now),
    // Both hosts start a function in the folder that holds its files (https://vercel.com/guides/how-can-i-use-files-in-serverless-functions),
    // laid out as in the project. The path into it is put together elsewhere: if it were joined here, the hosts' tracers would follow it
    // and pack every file for sale into every function.
    projectFolder: process.cwd(),
  };
}
