import type { OrderId } from "../orders/order.ts";
import type { StorageTrouble } from "../stores/storage-trouble.ts";

/** A note in Stripe's metadata has 500 characters, some of them for its version: five orders. */
const LONGEST_NOTE = 480;

export interface NotedTrouble {
  orderId: OrderId;
  trouble: StorageTrouble;
  /** The record's version, if it shows whether the trouble is over. */
  version?: number | undefined;
  sinceMs: number;
  /** The owner was told. */
  isTold: boolean;
}

/**
 * How many there are, then `<trouble>:<since, in s>:<version or nothing>:<order>:<told: 0 or 1>` each, newest first; as many as fit into
 * the note. Version 0.1.0 takes the first word for a number, whatever it is.
 */
export function formatTroubles(troubles: readonly NotedTrouble[]): string {
  if (troubles.length === 0) return "";
  const words = [String(troubles.length)];
  let length = words.join(" ").length;
  for (const { orderId, trouble, version, sinceMs, isTold } of troubles) {
    const word = [trouble, Math.floor(sinceMs / 1000), version ?? "", orderId, isTold ? 1 : 0].join(":");
    length += 1 + word.length;
    if (length > LONGEST_NOTE) break;
    words.push(word);
  }
  return words.join(" ");
}

export function parseTroubles(text = ""): readonly NotedTrouble[] {
  return text.split(" ").flatMap((word) => {
    const [trouble, since, version, orderId, told] = word.split(":");
    if (orderId === undefined) return [];
    return [
      {
        orderId,
        // Words that only a newer version knows count as trouble, too.
        trouble: trouble as StorageTrouble,
        version: version === "" ? undefined : Number(version),
        sinceMs: Number(since) * 1000,
        isTold: told === "1",
      },
    ];
  });
}
