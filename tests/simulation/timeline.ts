/** What happened, in order, for a person to read. */
export interface Timeline {
  /** `describe` is called only when somebody keeps the timeline: most runs are right and nobody reads them. */
  note(who: string, describe: () => string): void;
  lines(): readonly string[];
}

export function createTimeline(now: () => number, startMs: number, isKept: boolean): Timeline {
  const lines: string[] = [];
  return {
    note(who, describe) {
      if (isKept) lines.push(`${sinceStart(now() - startMs)}  ${who.padEnd(9)} ${describe()}`);
    },
    lines: () => lines,
  };
}

/** `+0d 00:01:02.345` */
function sinceStart(ms: number): string {
  const days = Math.floor(ms / 86_400_000);
  return `+${days}d ${new Date(ms % 86_400_000).toISOString().slice(11, 23)}`;
}
