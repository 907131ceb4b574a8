import type { OrderId } from "../../orders/order.ts";
import { claimedExpiryMs, type Signer } from "../../auth/signer.ts";

/** The addresses under which buyers get their files: ours, signed, good for a while. */
export interface DownloadLinks {
  urlOf(orderId: OrderId, fileId: string, goodUntilMs: number): string;
  read(url: string): ReadLink;
}

type ReadLink =
  | { kind: "valid"; orderId: OrderId; fileId: string }
  /** The link itself says so; its signature was not checked. */
  | { kind: "expired" }
  | { kind: "invalid" };

/** `<order>.<file>.<expiry>.<signature>`: one word, which mail programs do not break. */
const TOKEN = /^(cs_(?:test|live)_\w{10,200})\.([\w-]{12})\.([0-9a-z]{1,8}\.[\w-]{43})$/;

export function createDownloadLinks(signer: Signer, siteUrl: string, now: () => number): DownloadLinks {
  const subject = (orderId: OrderId, fileId: string): string => `${orderId}/${fileId}`;
  return {
    urlOf(orderId, fileId, goodUntilMs) {
      const signature = signer.sign(subject(orderId, fileId), goodUntilMs);
      return `${siteUrl}/api/download?token=${orderId}.${fileId}.${signature}`;
    },

    read(url) {
      const values = new URL(url).searchParams.getAll("token");
      const [, orderId, fileId, signature] = TOKEN.exec(values[0] ?? "") ?? [];
      if (values.length !== 1 || orderId === undefined || fileId === undefined || signature === undefined) {
        return { kind: "invalid" };
      }
      if ((claimedExpiryMs(signature) ?? 0) <= now()) return { kind: "expired" };
      if (!signer.isValid(signature, subject(orderId, fileId))) return { kind: "invalid" };
      return { kind: "valid", orderId, fileId };
    },
  };
}
