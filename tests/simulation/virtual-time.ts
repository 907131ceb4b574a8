/** A clock that stands still while code runs and jumps to the next thing that is due. Days pass in milliseconds. */
export interface VirtualTime {
  now(): number;
  /** Calls back once; the returned function cancels it. */
  schedule(delayMs: number, run: () => void): () => void;
  /**
   * Lets time pass until nothing more is planned, `stop` says so, or `untilMs` is reached.
   * @throws when more happens than ever should: work that never ends.
   */
  pass(options?: { untilMs?: number; stop?: () => boolean }): Promise<void>;
  /** How many things have happened so far. */
  happened(): number;
}

interface Planned {
  atMs: number;
  /** Of two that are due at the same moment, the one planned first runs first. */
  order: number;
  run: (() => void) | undefined;
}

/** Far more than any schedule needs. */
const MOST_HAPPENINGS = 60_000;

export class EndlessWorkError extends Error {
  override readonly name = "EndlessWorkError";
}

const nextMacrotask = setImmediate;

/**
 * Rejections that nobody handles are reported by Node only when a macrotask has ended, which takes as long as the rest of a
 * happening. Between two of them, one that is handled late goes unseen.
 */
export function createVirtualTime(startMs: number, happeningsPerMacrotask = 1): VirtualTime {
  const heap: Planned[] = [];
  let nowMs = startMs;
  let planned = 0;
  let happened = 0;

  return {
    now: () => nowMs,
    happened: () => happened,

    schedule(delayMs, run) {
      const entry: Planned = { atMs: nowMs + Math.max(0, delayMs), order: planned, run };
      planned += 1;
      push(heap, entry);
      return () => {
        entry.run = undefined;
      };
    },

    async pass({ untilMs = Infinity, stop = () => false } = {}) {
      // Promises that were resolved outside go first.
      await macrotask();
      try {
        while (!stop()) {
          const next = heap[0];
          if (next === undefined || next.atMs > untilMs) break;
          pop(heap);
          if (next.run === undefined) continue;
          nowMs = next.atMs;
          next.run();
          happened += 1;
          if (happened > MOST_HAPPENINGS) {
            throw new EndlessWorkError(`More than ${MOST_HAPPENINGS} things happened, and no end in sight.`);
          }
          await (happened % happeningsPerMacrotask === 0 ? macrotask() : idle());
        }
        if (untilMs !== Infinity && nowMs < untilMs && !stop()) nowMs = untilMs;
      } finally {
        // Unhandled rejections are reported while the handler is still there.
        await macrotask();
      }
    },
  };
}

/**
 * Resolves when every promise that can go on has gone on: Node looks at its ticks only when no microtask is left. Nothing in a
 * simulation waits for anything real, or goes on by ticks of its own. https://nodejs.org/api/process.html#processnexttickcallback-args
 */
function idle(): Promise<void> {
  return new Promise((resolve) => {
    process.nextTick(resolve);
  });
}

function macrotask(): Promise<void> {
  return new Promise((resolve) => {
    nextMacrotask(resolve);
  });
}

function isBefore(one: Planned, other: Planned): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
}

function push(heap: Planned[], entry: Planned): void {
  let index = heap.length;
  heap.push(entry);
  while (index > 0) {
    const parentIndex = (index - 1) >> 1;
    const parent = heap[parentIndex];
    if (parent === undefined || !isBefore(entry, parent)) break;
    heap[index] = parent;
    index = parentIndex;
  }
  heap[index] = entry;
}

function pop(heap: Planned[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let index = 0;
  for (;;) {
    let childIndex = 2 * index + 1;
    let child = heap[childIndex];
    if (child === undefined) break;
    const right = heap[childIndex + 1];
    if (right !== undefined && isBefore(right, child)) {
      child = right;
      childIndex += 1;
    }
    if (!isBefore(child, last)) break;
    heap[index] = child;
    index = childIndex;
  }
  heap[index] = last;
}
