/** One JSON line per entry: a timestamp, a level, an event name in snake_case and flat fields without buyers' data. */
export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** `writeLine` gets one line without its newline; JSON escapes control characters, so no field can start a new line. */
export function createJsonLog(writeLine: (line: string) => void, now: () => number): Log {
  const write = (level: string, event: string, fields: LogFields = {}): void => {
    writeLine(JSON.stringify({ time: new Date(now()).toISOString(), level, event, ...fields }));
  };
  return {
    info: (event, fields) => write("info", event, fields),
    warn: (event, fields) => write("warn", event, fields),
    error: (event, fields) => write("error", event, fields),
  };
}

/** What may be logged of something thrown: its class and message, and those of its causes; never a stack or a payload. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return `thrown value of type ${typeof error}`;
  const cause = error.cause === undefined ? "" : ` (cause: ${describeError(error.cause)})`;
  return `${error.name}: ${error.message}${cause}`;
}
