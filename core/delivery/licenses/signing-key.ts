import { createHash, createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";

/** One entry of LICENSE_PRIVATE_KEY: `lsk1_20261121_<32 bytes as base64url>`. */
export interface SigningKey {
  /** The first day (UTC, `20261121`) whose orders it signs. */
  from: string;
  /** The Ed25519 private key as in RFC 8032. */
  seed: Buffer;
}

export interface PublicKey {
  /** Part of every license key, so that software which knows several public keys takes the right one. */
  id: string;
  /** 32 bytes as base64url. */
  text: string;
}

/** An Ed25519 private key in PKCS #8 is these bytes and the seed: https://www.rfc-editor.org/rfc/rfc8410#section-7 */
const PKCS8_HEADER = Buffer.from("302e020100300506032b657004220420", "hex");

/** 32 bytes leave two unused bits in the last of 43 letters. */
const SIGNING_KEY = /^lsk1_(\d{8})_([\w-]{42}[AEIMQUYcgkosw048])$/;

export function formatSigningKey({ from, seed }: SigningKey): string {
  return `lsk1_${from}_${seed.toString("base64url")}`;
}

export function parseSigningKey(text: string): SigningKey | undefined {
  const [, from, seed] = SIGNING_KEY.exec(text) ?? [];
  if (from === undefined || seed === undefined || !isDay(from)) return undefined;
  return { from, seed: Buffer.from(seed, "base64url") };
}

export function privateKeyOf({ seed }: SigningKey): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PKCS8_HEADER, seed]), format: "der", type: "pkcs8" });
}

export function publicKeyOf(privateKey: KeyObject): PublicKey {
  const { x } = createPublicKey(privateKey).export({ format: "jwk" });
  if (x === undefined) throw new Error("This is not an Ed25519 key.");
  const id = createHash("sha256").update(Buffer.from(x, "base64url")).digest("hex").slice(0, 8);
  return { id, text: x };
}

/** The UTC day of a moment: `20261121`. */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10).replaceAll("-", "");
}

function isDay(digits: string): boolean {
  const iso = `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`;
  return !Number.isNaN(Date.parse(iso)) && dayOf(Date.parse(iso)) === digits;
}
