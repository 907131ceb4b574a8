import { createPublicKey, sign, verify, type KeyObject } from "node:crypto";

import type { OrderId, OrderSnapshot } from "../../orders/order.ts";
import { parseLicenseKey, signedPart } from "./license-key.ts";
import { createOrderReferences, type OrderReferences } from "./order-reference.ts";
import { dayOf, privateKeyOf, publicKeyOf, type SigningKey } from "./signing-key.ts";

export interface LicenseSigner {
  /** False when LICENSE_PRIVATE_KEY is not set: then nothing can be issued. */
  canIssue: boolean;
  /**
   * The license key for one unit of a product in an order. Always the same for the same order, on every machine and at any time:
   * nothing in it is random, and its day is the order's. (Ed25519 signatures are deterministic: RFC 8032, section 5.1.6.)
   * @throws LicenseKeyMissingError
   */
  issue(order: LicensedOrder, product: string, unit: number): string;
  /** The order that a key belongs to; undefined if none of our signing keys has signed it. */
  read(text: string): { orderId: OrderId; livemode: boolean } | undefined;
}

export type LicensedOrder = Pick<OrderSnapshot, "orderId" | "livemode" | "createdMs">;

/** Its message is for the owner, who can fix it. */
export class LicenseKeyMissingError extends Error {
  override readonly name = "LicenseKeyMissingError";

  constructor() {
    super(
      "LICENSE_PRIVATE_KEY is not set although shop.config.ts delivers license keys: run `npm run license:keys`, set the key and deploy.",
    );
  }
}

interface OpenedKey {
  id: string;
  privateKey: KeyObject;
  publicKey: KeyObject;
  references: OrderReferences;
}

/**
 * Several keys while one takes over from another. The order's own day decides which of them signs, never today's, so that an order
 * keeps its license keys:
 *
 *     orders of …      20261121 ├──── lsk1_20261121 ────┤ 20270301 ├──── lsk1_20270301 ───▶
 *
 * The oldest also signs for all orders before its day: the shop may have sold before it had a key.
 */
export function createLicenseSigner(signingKeys: readonly SigningKey[]): LicenseSigner {
  const newestFirst = signingKeys.toSorted((one, other) => (one.from < other.from ? 1 : -1));
  const opened = new Map<SigningKey, OpenedKey>();
  // Opened on demand: most requests sign nothing.
  const open = (key: SigningKey): OpenedKey => {
    const known = opened.get(key) ?? openKey(key);
    opened.set(key, known);
    return known;
  };

  return {
    canIssue: signingKeys.length > 0,

    issue({ orderId, livemode, createdMs }, product, unit) {
      const issued = dayOf(createdMs);
      const signingKey = newestFirst.find(({ from }) => from <= issued) ?? newestFirst.at(-1);
      if (signingKey === undefined) throw new LicenseKeyMissingError();
      const { id: keyId, privateKey, references } = open(signingKey);
      const orderReference = references.seal(orderId);
      const signed = signedPart({ livemode, keyId, issued, unit, product, orderReference });
      return `${signed}.${sign(null, Buffer.from(signed), privateKey).toString("base64url")}`;
    },

    read(text) {
      const parsed = parseLicenseKey(text);
      if (parsed === undefined) return undefined;
      const { terms, signed, signature } = parsed;
      const key = newestFirst.map(open).find(({ id }) => id === terms.keyId);
      if (key === undefined || !verify(null, Buffer.from(signed), key.publicKey, signature)) return undefined;
      const orderId = key.references.open(terms.orderReference, terms.livemode);
      return orderId === undefined ? undefined : { orderId, livemode: terms.livemode };
    },
  };
}

function openKey(signingKey: SigningKey): OpenedKey {
  const privateKey = privateKeyOf(signingKey);
  const { id } = publicKeyOf(privateKey);
  const publicKey = createPublicKey(privateKey);
  return {
    id,
    privateKey,
    publicKey,
    references: createOrderReferences(signingKey.seed.toString("base64url")),
  };
}
