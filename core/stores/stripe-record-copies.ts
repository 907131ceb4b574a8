import type { OrderId } from "../orders/order.ts";
import type { StoredControl } from "../orders/order-store.ts";
import { UnreadableRecordError } from "../orders/unreadable-record-error.ts";
import { decodeControl } from "./stripe-control-record.ts";

/** One key of the session's metadata holds the control record; Stripe allows 500 characters per value. */
const RECORD_KEY = "static_checkout_order";
const COPY_KEY = /^static_checkout_order_\d+$/;

/**
 * A session's metadata holds the record twice: under the key that every version of the shop knows, and under one that names the
 * record's version. Another program of the account may write back metadata that it read a while ago, `{ ...metadata, note }`. That
 * puts an old record in the place of the new one, but leaves alone the keys that the program has never seen:
 *
 *     shop           order = v3, order_3 = v3 ────────▶ order = v5, order_5 = v5
 *     other program  reads ──────────┘                          writes order = v3, order_3 = v3, note
 *     shop                                              reads order = v3, order_3 = v3, order_5 = v5: v5 counts
 */
export interface FoundRecord {
  stored: StoredControl;
  /** Keys of copies; the next write removes them. */
  copies: readonly string[];
  /** Another program has replaced it with an older record, or with something that is not a record. */
  wasOverwritten: boolean;
}

/** True when something in the metadata claims to be a record. */
export function holdsRecord(metadata: Readonly<Record<string, string>> | null): boolean {
  return Object.keys(metadata ?? {}).some(isRecordKey);
}

function isRecordKey(key: string): boolean {
  return key === RECORD_KEY || COPY_KEY.test(key);
}

/**
 * The newest record in the metadata of a session that is ours; undefined if there is none.
 * @throws UnreadableRecordError when what is there is not a record of any version of the shop.
 * @throws when the newest one is of a newer format.
 */
export function findRecord(
  orderId: OrderId,
  metadata: Readonly<Record<string, string>>,
): FoundRecord | undefined {
  const keys = Object.keys(metadata).filter(isRecordKey);
  if (keys.length === 0) return undefined;
  const versions = keys.map((key) => ({ key, version: versionIn(metadata[key] ?? "") }));
  const newest = versions.reduce((best, one) => (isNewer(one, best) ? one : best));
  if (newest.version === 0) {
    throw new UnreadableRecordError(
      `The record of order ${orderId} in Stripe's metadata cannot be read by any version of the shop; another program wrote it.`,
    );
  }
  const stored = decodeControl(orderId, metadata[newest.key] ?? "");
  const first = versions.find(({ key }) => key === RECORD_KEY);
  return {
    stored,
    copies: keys.filter((key) => key !== RECORD_KEY),
    wasOverwritten: (first?.version ?? 0) < newest.version,
  };
}

/** The change of metadata that writes a record and removes the copies of older ones. */
export function recordChange(
  text: string,
  version: number,
  outdated: Iterable<string>,
): Record<string, string> {
  const gone = Object.fromEntries(Array.from(outdated, (key) => [key, ""]));
  return { ...gone, [RECORD_KEY]: text, [copyKey(version)]: text };
}

/** What `recordChange` wrote, or what another program put in its place. */
export function recordText(metadata: Readonly<Record<string, string>> | null): string | undefined {
  return metadata?.[RECORD_KEY];
}

export function copyKey(version: number): string {
  return `${RECORD_KEY}_${version}`;
}

interface Version {
  key: string;
  version: number;
}

function isNewer(one: Version, other: Version): boolean {
  return one.version > other.version || (one.version === other.version && one.key === RECORD_KEY);
}

/** 0 if it is not a record. */
function versionIn(text: string): number {
  try {
    const { v, n } = JSON.parse(text) as { v?: unknown; n?: unknown };
    return Number.isInteger(v) && typeof n === "number" ? n : 0;
  } catch {
    return 0;
  }
}
