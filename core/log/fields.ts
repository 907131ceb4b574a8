/**
 * Every field that a log line may have: identifiers, outcomes and counts. What is not listed is not written, so a buyer's address
 * cannot get into a log by being passed along with something else. Before adding a name, ask whether a stranger may read its values:
 * logs are kept for long and shown to many.
 */
const LOG_FIELDS = [
  // The request.
  "requestId",
  "route",
  "method",
  "status",
  "ms",
  "code",
  // What it was about.
  "sessionId",
  "orderId",
  "fileId",
  "priceId",
  // A price as a page names it: its id or its lookup key.
  "price",
  "isBuyer",
  "eventId",
  "eventType",
  "state",
  "outcome",
  "step",
  "attempt",
  // What the owner's side is told, and on which channel.
  "news",
  "channel",
  "sign",
  // What went wrong, and what the owner can do.
  "error",
  "reason",
  "problem",
  "permission",
  "fix",
  // A run of reconciliation.
  "source",
  "checked",
  "repaired",
  "unfinished",
  "flagged",
  "skipped",
  "incomplete",
  // An object of Stripe's on one of its lists: `evt_…`, `re_…`.
  "objectId",
] as const;

type LogField = (typeof LOG_FIELDS)[number];

type LogValue = string | number | boolean | undefined;

export type LogFields = Readonly<Partial<Record<LogField, LogValue>>>;

/** The types say the same; this also holds where a cast got around them. */
export function allowedFields(fields: LogFields): [LogField, LogValue][] {
  return LOG_FIELDS.filter((name) => Object.hasOwn(fields, name)).map((name) => [name, fields[name]]);
}
