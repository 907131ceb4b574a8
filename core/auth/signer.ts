import { createHmac, timingSafeEqual } from "node:crypto";

import { deriveKey, type Purpose } from "./derive-key.ts";

/** Tokens that prove that we said something about a subject, such as an order's id, and until when. They do not hold the subject. */
export interface Signer {
  /** `<expiry>.<signature>`: letters, digits, `-`, `_` and one `.`; about 50 characters, fit for a cookie or an address. */
  sign(subject: string, expiresAtMs: number): string;
  /** True only for a token of this purpose, about this very subject, that has not expired. Takes as long either way. */
  isValid(token: string, subject: string): boolean;
}

/** Seconds since 1970 in base 36, and 256 bits in base64url. */
const TOKEN = /^([0-9a-z]{1,8})\.([\w-]{43})$/;

/** The first secret signs and every one is accepted: to replace a secret, put the new one in front of the old one. */
export function createSigner(secrets: readonly string[], purpose: Purpose, now: () => number): Signer {
  // Derived on demand: most requests sign nothing.
  let derived: readonly Buffer[] | undefined;
  const keys = (): readonly Buffer[] => (derived ??= secrets.map((secret) => deriveKey(secret, purpose)));

  return {
    sign(subject, expiresAtMs) {
      const [key] = keys();
      if (key === undefined) throw new Error("There is no secret to sign with.");
      const expiry = Math.floor(expiresAtMs / 1000).toString(36);
      return `${expiry}.${signatureOf(key, expiry, subject).toString("base64url")}`;
    },

    isValid(token, subject) {
      const [, expiry, signature] = TOKEN.exec(token) ?? [];
      if (expiry === undefined || signature === undefined) return false;
      const given = Buffer.from(signature, "base64url");
      const isOurs = keys()
        .map((key) => timingSafeEqual(given, signatureOf(key, expiry, subject)))
        .includes(true);
      return isOurs && now() < expiryMs(expiry);
    },
  };
}

/** When a token claims to expire; undefined if it is not a token. Says nothing about who made it. */
export function claimedExpiryMs(token: string): number | undefined {
  const [, expiry] = TOKEN.exec(token) ?? [];
  return expiry === undefined ? undefined : expiryMs(expiry);
}

function expiryMs(expiry: string): number {
  return Number.parseInt(expiry, 36) * 1000;
}

/** The expiry has no line break, so no other pair of expiry and subject reads the same. */
function signatureOf(key: Buffer, expiry: string, subject: string): Buffer {
  return createHmac("sha256", key).update(`${expiry}\n${subject}`).digest();
}
