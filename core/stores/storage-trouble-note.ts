import type { OrderId } from "../orders/order.ts";
import type { StorageTrouble } from "./storage-trouble.ts";

/** A note in Stripe's metadata has 500 characters, some of them for its version: five orders. */
const LONGEST_NOTE = 480;

export interface NotedTrouble {
  orderId: OrderId;
  trouble: StorageTrouble;
  /** The record's, where that says whether it is over. */
  version?: number | undefined;
  sinceMs: number;
  /** The owner was told of it. */
  isTold: boolean;
}

export interface NotedTroubles {
  /** How often trouble was noted since all was well. */
  count: number;
  /** Newest first. */
  troubles: readonly NotedTrouble[];
}

/** `<count>`, then `<trouble>:<since, in s>:<version or nothing>:<order>:<told: 0 or 1>` each; as many as the note has room for. */
export function formatTroubles({ count, troubles }: NotedTroubles): string {
  const words = [String(count)];
  let length = words.join(" ").length;
  for (const { orderId, trouble, version, sinceMs, isTold } of troubles) {
    const word = [trouble, Math.floor(sinceMs / 1000), version ?? "", orderId, isTold ? 1 : 0].join(":");
    length += 1 + word.length;
    if (length > LONGEST_NOTE) break;
    words.push(word);
  }
  return words.join(" ");
}

export function parseTroubles(text: string | undefined): NotedTroubles {
  const [count = "0", ...words] = (text ?? "").split(" ");
  const troubles = words.flatMap((word) => {
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
  return { count: Number(count), troubles };
}
