/**
 * The text of a license key. docs/licenses.md explains it to the people whose software reads it: change neither without the other,
 * and never change what a key of an earlier format means.
 *
 *     LICENSE1-3f9a2c1e-20261121-1-ebb-2.<order>.<signature>
 *     │        │        │        │ └ product
 *     │        │        │        └ number of this unit within the order, from 1
 *     │        │        └ day the checkout was opened, UTC
 *     │        └ which public key verifies it
 *     └ format 1; TESTLICENSE1 when no real money was paid
 *
 * Parts that software or a person wants to read are in the clear. There is no dot in front of anything that a mail program could take
 * for a domain. A product's hyphens do no harm, because the parts before it have none.
 */
export interface LicenseTerms {
  livemode: boolean;
  /** The first 8 hex digits of the SHA-256 of the public key's 32 bytes. */
  keyId: string;
  /** `20261121` */
  issued: string;
  /** 1 for the first. */
  unit: number;
  /** Letters, digits, `-` and `_`. */
  product: string;
  /** Only the shop can tell which order it stands for: see order-reference.ts. */
  orderReference: string;
}

export interface ParsedLicenseKey {
  terms: LicenseTerms;
  /** What the signature covers: everything before the last dot. */
  signed: string;
  signature: Buffer;
}

/** The last letter of the signature has four unused bits; only zeros are accepted, so that a key has one spelling. */
const KEY =
  /^(LICENSE|TESTLICENSE)1-([0-9a-f]{8})-(\d{8})-([1-9]\d{0,5})-([\w-]{1,64})\.([\w-]{24,400})\.([\w-]{85}[AQgw])$/;

/** The key without its signature. */
export function signedPart(terms: LicenseTerms): string {
  const { livemode, keyId, issued, unit, product, orderReference } = terms;
  const format = livemode ? "LICENSE1" : "TESTLICENSE1";
  return `${format}-${keyId}-${issued}-${unit}-${product}.${orderReference}`;
}

/** Undefined if it is not a key of this format. Says nothing about who made it. */
export function parseLicenseKey(text: string): ParsedLicenseKey | undefined {
  // A mail program may have broken the line.
  const key = text.replace(/\s/g, "");
  const [, format, keyId, issued, unit, product, orderReference, signature] = KEY.exec(key) ?? [];
  if (keyId === undefined || issued === undefined || product === undefined) return undefined;
  if (orderReference === undefined || signature === undefined) return undefined;
  return {
    terms: { livemode: format === "LICENSE", keyId, issued, unit: Number(unit), product, orderReference },
    signed: key.slice(0, -signature.length - 1),
    signature: Buffer.from(signature, "base64url"),
  };
}
