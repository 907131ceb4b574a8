import type { VirtualTime } from "./virtual-time.ts";
import type { Timeline } from "./timeline.ts";

/**
 * One instance of the shop's functions, as hosts run them:
 *
 *     running ──last answer given──▶ frozen ──next request──▶ running        frozen: not even its timers go on
 *        └────────────crash, or killed at the host's limit───▶ dead          dead: whatever it waited for never comes
 */
export interface ShopProcess {
  readonly name: string;
  /** This machine's clock, which may be minutes off. */
  now(): number;
  isAlive(): boolean;
  /** Runs `work` inside the process: now, when it is thawed, or never. */
  resume(work: () => void): void;
  schedule(delayMs: number, run: () => void): () => void;
  crash(where: string): void;
  /** Calls back if it dies. */
  onDeath(tell: () => void): void;
  /** A request is being answered; call the result when it is done. */
  beginRequest(): () => void;
  isIdle(): boolean;
}

export function createShopProcess(
  name: string,
  skewMs: number,
  { time, timeline }: { time: VirtualTime; timeline: Timeline },
): ShopProcess {
  const mourners: (() => void)[] = [];
  const waiting: (() => void)[] = [];
  let requests = 0;
  let alive = true;

  const resume = (work: () => void): void => {
    if (!alive) return;
    if (requests === 0) waiting.push(work);
    else work();
  };

  return {
    name,
    now: () => time.now() + skewMs,
    isAlive: () => alive,
    isIdle: () => alive && requests === 0,
    resume,
    schedule: (delayMs, run) => time.schedule(delayMs, () => resume(run)),

    crash(where) {
      if (!alive) return;
      alive = false;
      waiting.length = 0;
      timeline.note(name, () => `✗ dies (${where})`);
      for (const tell of mourners) tell();
    },

    onDeath: (tell) => void mourners.push(tell),

    beginRequest() {
      requests += 1;
      for (const work of waiting.splice(0)) time.schedule(0, () => resume(work));
      let isOver = false;
      return () => {
        if (!isOver) requests -= 1;
        isOver = true;
      };
    },
  };
}
