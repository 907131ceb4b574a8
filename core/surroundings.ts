import type Stripe from "stripe";

import type { Post } from "./http/safe-post.ts";
import type { Mailer } from "./mail/mailer.ts";
import { realRuntime, type Runtime } from "./runtime.ts";
import type { Storage } from "./stores/storage.ts";

/** The outside world. Every part can be replaced, so that tests and simulation run the code that is shipped. */
export interface Surroundings extends Runtime {
  /** Undefined: a client of its own for every shop that is opened. */
  stripe: Stripe | undefined;
  /** Undefined: no mails are sent, and the log says so. */
  mailer: Mailer | undefined;
  /** To addresses that the owner names, and never inside the host's network. */
  post: Post;
  /** Undefined: the storage that the configuration asks for. */
  storage: Storage | undefined;
}

export function realSurroundings(): Surroundings {
  return {
    ...realRuntime(),
    stripe: undefined,
    mailer: undefined,
    post: async (request) => {
      const { createPost } = await import("./http/safe-post.ts");
      const { lookup } = await import("node:dns/promises");
      return createPost((hostname) => lookup(hostname, { all: true }))(request);
    },
    storage: undefined,
  };
}
