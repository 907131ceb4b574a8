import type { Disturbance, FaultSource } from "./faults.ts";
import type { ShopProcess } from "./shop-process.ts";
import type { Timeline } from "./timeline.ts";
import type { VirtualTime } from "./virtual-time.ts";

interface OutsideCall<T> {
  /** Names the call for faults, e.g. `orders.writeControl`. */
  point: string;
  /** Names it for the timeline. */
  describe: () => string;
  /** What happens outside. */
  happen: (duringMs: number) => Promise<T>;
  /** Without these, a `spoilt` or `foreign` call fails before anything happens. */
  spoil?: ((duringMs: number) => Promise<T>) | undefined;
  answerForeign?: () => T;
  fail: (reason: string) => Error;
  show?: (result: T) => string;
  /** The caller stops waiting; a call that has left goes on. */
  signal?: AbortSignal | null | undefined;
}

export type CallOutside = <T>(process: ShopProcess, call: OutsideCall<T>) => Promise<T>;

/**
 * The only way from the shop to the outside, with everything that can go wrong on it. Once a call has left, it takes place even
 * if its process dies meanwhile: that is what a lost reply is.
 */
export function createCallOutside(surroundings: {
  time: VirtualTime;
  timeline: Timeline;
  faults: FaultSource;
  onFault?: () => void;
}): CallOutside {
  const { time, timeline, faults, onFault } = surroundings;
  const sleep = (ms: number): Promise<void> => new Promise((resolve) => void time.schedule(ms, resolve));

  /** The way there, the work and the way back, as seen from outside, where no process dies. */
  async function travel<T>(name: string, call: OutsideCall<T>, fate: Disturbance): Promise<() => T> {
    await sleep(fate.beforeMs);
    const reply = await deed(name, call, fate);
    await sleep(fate.afterMs);
    return reply;
  }

  async function deed<T>(
    name: string,
    call: OutsideCall<T>,
    { outcome, duringMs }: Disturbance,
  ): Promise<() => T> {
    const note = (text: string): void => timeline.note(name, () => `${call.describe()} ${text}`);
    const failing = (reason: string) => (): never => {
      throw call.fail(reason);
    };
    if (outcome === "foreign" && call.answerForeign !== undefined) {
      note("⚡ is answered by a gateway");
      return call.answerForeign;
    }
    if (
      outcome === "fails_before" ||
      outcome === "foreign" ||
      (outcome === "spoilt" && call.spoil === undefined)
    ) {
      note("⚡ fails, nothing happened");
      return failing("the connection was refused");
    }
    try {
      const result = await (outcome === "spoilt" && call.spoil
        ? call.spoil(duringMs)
        : call.happen(duringMs));
      note(`${call.show?.(result) ?? ""}${outcome === "reply_lost" ? " ⚡ the reply is lost" : ""}`);
      return outcome === "reply_lost" ? failing("the connection was reset") : () => result;
    } catch (error) {
      note(`throws ${String(error)}`);
      return () => {
        throw error;
      };
    }
  }

  return <T>(process: ShopProcess, call: OutsideCall<T>) =>
    new Promise<T>((resolve, reject) => {
      const settle = (reply: () => T): void => {
        try {
          resolve(reply());
        } catch (error) {
          reject(error);
        }
      };

      async function begin(): Promise<void> {
        const fate = faults.next(process.name, call.point);
        if (fate.outcome !== "happens") onFault?.();
        if (fate.crash === "before") return process.crash(`before ${call.describe()}`);
        call.signal?.addEventListener("abort", () => process.resume(() => reject(call.signal?.reason)));
        const reply = await travel(process.name, call, fate);
        if (fate.crash === "after") process.crash(`before the reply to ${call.describe()}`);
        process.resume(() => settle(reply));
      }
      process.resume(() => void begin());
    });
}
