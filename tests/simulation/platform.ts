import type { App } from "../../core/app.ts";
import type { Random } from "./random.ts";
import type { ShopProcess } from "./shop-process.ts";
import type { Timeline } from "./timeline.ts";
import type { VirtualTime } from "./virtual-time.ts";

export interface Instance {
  process: ShopProcess;
  app: App;
  /** True once another version of the shop has taken its place: it gets no new requests. */
  isReplaced: () => boolean;
}

/**
 * Even an instance that is always busy is ended after some hours, and with it whatever was frozen in it:
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
 */
const LONGEST_LIFE_MS = 6 * 3_600_000;

/** A serverless host: starts instances, reuses them, freezes them, kills them at its limit. */
export interface Platform {
  /** A death is a 502, running into the limit a 504. `answered` sees the answer as it leaves the instance. */
  serve(route: keyof App, request: Request, answered?: (answer: Answer) => void): Promise<Response>;
}

interface Answer {
  response: Response;
  process: ShopProcess;
  startedMs: number;
}

export interface HostHabits {
  /** A request that takes longer is answered 504 … */
  limitMs: number;
  /** … and its process lives on, seen by nobody, with this probability. */
  zombieChance: number;
  reuseChance: number;
  /** An instance may answer several requests at once. */
  isConcurrent: boolean;
}

export function createPlatform(surroundings: {
  time: VirtualTime;
  timeline: Timeline;
  random: Random;
  habits: HostHabits;
  start: () => Instance;
  onRequest: (route: keyof App) => void;
}): Platform {
  const { time, timeline, random, habits, start, onRequest } = surroundings;
  const instances: (Instance & { startedMs: number })[] = [];

  function choose(): Instance {
    const usable = instances.filter(({ process, startedMs, isReplaced }) => {
      if (isReplaced()) return false;
      if (time.now() - startedMs > LONGEST_LIFE_MS) process.crash("recycled");
      return habits.isConcurrent ? process.isAlive() : process.isIdle();
    });
    if (usable.length > 0 && random.chance(habits.reuseChance)) return random.pick(usable);
    const fresh = start();
    instances.push({ ...fresh, startedMs: time.now() });
    return fresh;
  }

  return {
    serve(route, request, answered) {
      onRequest(route);
      const { process, app } = choose();
      const startedMs = time.now();
      const finish = process.beginRequest();
      timeline.note(process.name, () => `← ${request.method} ${route} ${new URL(request.url).search}`);

      return new Promise((resolve) => {
        const cancel = time.schedule(habits.limitMs, () => {
          if (!process.isAlive()) return;
          if (random.chance(habits.zombieChance))
            timeline.note(process.name, () => "☠ runs into the limit, lives on");
          else process.crash("killed at the host's limit");
          resolve(new Response("", { status: 504 }));
        });
        process.onDeath(() => {
          cancel();
          resolve(new Response("", { status: 502 }));
        });

        async function answer(): Promise<void> {
          const handle: App[typeof route] | undefined = app[route];
          // An older version does not have every route.
          const response = (await handle?.(request)) ?? new Response("", { status: 404 });
          if (!process.isAlive()) return;
          cancel();
          timeline.note(
            process.name,
            () => `→ ${response.status} to ${route} after ${time.now() - startedMs} ms`,
          );
          answered?.({ response, process, startedMs });
          finish();
          resolve(response);
        }
        void answer();
      });
    },
  };
}
