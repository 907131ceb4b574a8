import { createCipheriv, createDecipheriv, createHmac, timingSafeEqual } from "node:crypto";

import type { OrderId } from "../../orders/order.ts";
import { deriveKey } from "../../auth/derive-key.ts";

/**
 * What a license key says about its order: enough for the shop to find it, nothing for anybody else. Keys are typed into software,
 * stored, sent to support and sometimes published; a session's id in them would let every reader look at the order. A hash would
 * not do: without a database there is nothing to look it up in.
 *
 * The same order always gives the same text, because a key must not change between two attempts. So the nonce is not random but a
 * MAC of the id, as in AES-SIV (https://www.rfc-editor.org/rfc/rfc5297): two texts share a nonce only if they are the same, and
 * opening checks the MAC again.
 */
export interface OrderReferences {
  seal(orderId: OrderId): string;
  /** Undefined if it was not sealed with this secret, or in the other mode. */
  open(reference: string, livemode: boolean): OrderId | undefined;
}

const NONCE_BYTES = 16;

/** `secret` belongs to the signing key that the reference travels with. */
export function createOrderReferences(secret: string): OrderReferences {
  const macKey = deriveKey(secret, "license-order-nonce");
  const cipherKey = deriveKey(secret, "license-order-cipher");
  const nonceOf = (orderId: OrderId): Buffer =>
    createHmac("sha256", macKey).update(orderId).digest().subarray(0, NONCE_BYTES);

  return {
    seal(orderId) {
      const nonce = nonceOf(orderId);
      const cipher = createCipheriv("aes-256-ctr", cipherKey, nonce);
      const sealed = [nonce, cipher.update(withoutMode(orderId), "latin1"), cipher.final()];
      return Buffer.concat(sealed).toString("base64url");
    },

    open(reference, livemode) {
      const bytes = Buffer.from(reference, "base64url");
      if (bytes.length <= NONCE_BYTES) return undefined;
      const nonce = bytes.subarray(0, NONCE_BYTES);
      const decipher = createDecipheriv("aes-256-ctr", cipherKey, nonce);
      const rest = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES)), decipher.final()]);
      const orderId = `${prefixOf(livemode)}${rest.toString("latin1")}`;
      return timingSafeEqual(nonce, nonceOf(orderId)) ? orderId : undefined;
    },
  };
}

/** The mode is already in front of the key. */
function withoutMode(orderId: OrderId): string {
  const [, rest] = /^cs_(?:test|live)_(\w+)$/.exec(orderId) ?? [];
  if (rest === undefined) throw new Error(`${orderId} is not the id of a Checkout Session.`);
  return rest;
}

function prefixOf(livemode: boolean): string {
  return livemode ? "cs_live_" : "cs_test_";
}
