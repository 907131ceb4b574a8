import { formatDisputes, parseDisputes } from "../orders/disputes.ts";
import { formatOutbox } from "../orders/outbox/outbox.ts";
import type { ControlRecord, OrderId, StepProgress } from "../orders/order.ts";
import type { StoredControl } from "../orders/order-store.ts";
import { parseControlRecord } from "../orders/stored-order.ts";

/** https://docs.stripe.com/api/metadata */
const MAX_METADATA_VALUE_LENGTH = 500;

const STEP_LETTERS = { started: "s", failed: "f", done: "d", skipped: "k" } as const satisfies Record<
  StepProgress["state"],
  string
>;

/**
 * A control record in the 500 characters of a metadata value: one-letter names, and the last error cut to the room that is left.
 * @throws when the record is too long even without its error, which takes more steps than a shop has.
 */
export function encodeControl({ control, version }: StoredControl): string {
  const { lastError, ...rest } = control;
  const text = JSON.stringify(toCompact(rest, version));
  if (text.length > MAX_METADATA_VALUE_LENGTH) {
    throw new Error(
      `A control record of ${text.length} characters does not fit into Stripe's metadata; use DynamoDB.`,
    );
  }
  if (lastError === undefined) return text;

  const plain = lastError.replace(/[^ !#-[\]-~]/g, "?"); // Nothing that JSON would have to escape.
  const room = MAX_METADATA_VALUE_LENGTH - text.length - ',"e":""'.length;
  return room <= 0 ? text : JSON.stringify({ ...toCompact(rest, version), e: plain.slice(0, room) });
}

/** @throws when the text is not a control record this version of the shop can read. */
export function decodeControl(orderId: OrderId, text: string): StoredControl {
  const { control, version } = fromCompact(orderId, text);
  return { control: parseControlRecord(orderId, JSON.stringify(control)), version };
}

function toCompact(control: Omit<ControlRecord, "lastError">, version: number): Record<string, unknown> {
  const { lease, mirror, steps } = control;
  const disputes = formatDisputes(mirror);
  const compactSteps = Object.entries(steps).map(([name, step]) => [
    name,
    `${STEP_LETTERS[step.state]}${step.attempts}`,
  ]);
  return {
    v: control.v,
    n: version,
    w: control.writeId,
    s: control.state,
    m: [
      mirror.refundedMinor,
      mirror.fullyRefunded ? 1 : 0,
      mirror.dispute ?? "",
      mirror.subscription ?? "",
      ...(disputes === ""
        ? [mirror.renewal].filter((renewal) => renewal !== undefined)
        : [mirror.renewal ?? "", disputes]),
    ],
    f: control.fence,
    ...(lease !== undefined && { l: [lease.owner, lease.untilMs] }),
    t: Object.fromEntries(compactSteps),
    ...(control.news !== undefined && { g: formatOutbox(control.news) }),
    ...(control.nextTryMs !== undefined && { x: control.nextTryMs }),
    ...(control.checkedMs !== undefined && { c: control.checkedMs }),
  };
}

/** The inverse. Values are passed on as they are found; `parseControlRecord` checks them. */
function fromCompact(orderId: OrderId, text: string): { control: object; version: number } {
  let compact: Record<string, unknown>;
  try {
    compact = JSON.parse(text) as Record<string, unknown>;
  } catch (cause) {
    throw new Error(`The metadata "order" of ${orderId} is not JSON; another program wrote it.`, { cause });
  }
  const [owner, untilMs] = Array.isArray(compact["l"]) ? compact["l"] : [];
  const control = {
    v: compact["v"],
    writeId: compact["w"],
    state: compact["s"],
    mirror: decodeMirror(compact["m"]),
    fence: compact["f"],
    ...(owner !== undefined && { lease: { owner, untilMs } }),
    steps: Object.fromEntries(
      Object.entries(compact["t"] ?? {}).map(([name, step]) => [name, decodeStep(String(step))]),
    ),
    ...(compact["g"] !== undefined && { news: compact["g"] }),
    ...(compact["x"] !== undefined && { nextTryMs: compact["x"] }),
    ...(compact["c"] !== undefined && { checkedMs: compact["c"] }),
    ...(compact["e"] !== undefined && { lastError: compact["e"] }),
  };
  return { control, version: Number(compact["n"]) };
}

function decodeMirror(value: unknown): object {
  const [refundedMinor, fullyRefunded, dispute, subscription, renewal, disputes] = Array.isArray(value)
    ? value
    : [];
  return {
    refundedMinor,
    fullyRefunded: fullyRefunded === 1,
    ...(dispute !== "" && { dispute }),
    ...(subscription !== "" && { subscription }),
    ...(renewal !== undefined && renewal !== "" && { renewal }),
    ...(disputes !== undefined && { disputes: parseDisputes(String(disputes)) }),
  };
}

function decodeStep(text: string): object {
  const state = Object.entries(STEP_LETTERS).find(([, letter]) => letter === text[0])?.[0];
  return { state, attempts: Number(text.slice(1)) };
}
