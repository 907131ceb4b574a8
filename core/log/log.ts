import { allowedFields, type LogFields } from "./fields.ts";
import { maskPrivate } from "./mask-private.ts";

/** One JSON line per entry: a timestamp, a level, an event name in snake_case and flat fields without buyers' data. */
export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

/** `writeLine` gets one line without its newline. */
export function createJsonLog(writeLine: (line: string) => void, now: () => number): Log {
  const write = (level: string, event: string, fields: LogFields = {}): void => {
    const masked = allowedFields(fields).map(([name, value]) => [
      name,
      typeof value === "string" ? maskPrivate(value) : value,
    ]);
    const entry = { time: new Date(now()).toISOString(), level, event, ...Object.fromEntries(masked) };
    writeLine(escapeInvisible(JSON.stringify(entry)));
  };
  return {
    info: (event, fields) => write("info", event, fields),
    warn: (event, fields) => write("warn", event, fields),
    error: (event, fields) => write("error", event, fields),
  };
}

/**
 * JSON escapes line feeds and ANSI's escape character by itself, but not U+2028, the C1 controls (a terminal takes U+009B for the
 * beginning of a command) or the marks that change the direction of text: some viewers break or reorder lines at them.
 */
function escapeInvisible(json: string): string {
  return json.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from({ length: character.length }, (_, unit) => escapeUnit(character.charCodeAt(unit))).join(""),
  );
}

function escapeUnit(codeUnit: number): string {
  return `\\u${codeUnit.toString(16).padStart(4, "0")}`;
}

/** All that a log may hold of an error whose message may quote a buyer's address or an owner's secret address. */
export function errorName(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

/** What may be said about something thrown: its class and message, and those of its causes; never a stack or a payload. */
export function describeError(error: unknown, causes = 5): string {
  if (!(error instanceof Error)) return `thrown value of type ${typeof error}`;
  const hasCause = error.cause !== undefined && causes > 0;
  const cause = hasCause ? ` (cause: ${describeError(error.cause, causes - 1)})` : "";
  return `${error.name}: ${error.message}${cause}`;
}
