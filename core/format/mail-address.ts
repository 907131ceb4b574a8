import { domainToASCII } from "node:url";

/** A sender or a recipient of mail. */
export interface Mailbox {
  /** What mail programs show; if undefined, the address itself. */
  name: string | undefined;
  address: string;
}

/** RFC 5321, 4.5.3.1. */
const LONGEST_LOCAL_PART = 64;
const LONGEST_ADDRESS = 254;

/**
 * The part before the @, as people write it: no quotes, no blanks, and no characters that separate addresses or mark comments.
 * Letters of any script; no control, format or private-use characters. Dots may stand anywhere, because Japanese providers gave out
 * such addresses as `a..b@` and `a.@` for years, and their owners still have them.
 */
const LOCAL_PART = /^(?=.*[^.])[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~.-]+$/u;
/** Dots that need quotes on the wire (RFC 5321, 4.1.2). */
const UNUSUAL_DOTS = /^\.|\.\.|\.$/;
const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/i;
/** A check of its own, because the conversion to ASCII drops or maps such characters instead of refusing them. */
const DOMAIN_AS_WRITTEN = /^[\p{L}\p{M}\p{N}.-]+$/u;

/**
 * Whether a text is exactly one mail address: no second one after a comma, no name, no line break. Quoted local parts and addresses
 * of bare IP numbers are legal but refused: no buyer has one, and parsers disagree about them.
 */
export function isMailAddress(text: string): boolean {
  return asciiDomainOf(text) !== undefined;
}

/**
 * The address as mail servers want it: `grüße@bücher.example` goes to `xn--bcher-kva.example`, and `a..b@docomo.example` is
 * `"a..b"@docomo.example`. Undefined if it is not one address.
 */
export function wireAddress(address: string): string | undefined {
  const domain = asciiDomainOf(address);
  return domain === undefined
    ? undefined
    : `${wireLocalPart(address.slice(0, address.indexOf("@")))}@${domain}`;
}

function asciiDomainOf(text: string): string | undefined {
  const [localPart, domain, ...others] = text.split("@");
  if (localPart === undefined || domain === undefined || others.length > 0) return undefined;
  if (text.length > LONGEST_ADDRESS || Buffer.byteLength(wireLocalPart(localPart)) > LONGEST_LOCAL_PART)
    return undefined;
  if (!LOCAL_PART.test(localPart) || !DOMAIN_AS_WRITTEN.test(domain)) return undefined;
  const ascii = domainToASCII(domain);
  return DOMAIN.test(ascii) ? ascii : undefined;
}

function wireLocalPart(localPart: string): string {
  return UNUSUAL_DOTS.test(localPart) ? `"${localPart}"` : localPart;
}

/**
 * `orders@shop.example`, `Low Tide <orders@shop.example>` or `"Tide, Low" <orders@shop.example>`. A name in the encoding of mail
 * headers (`=?…?=`) is refused: some programs would decode it where it stands.
 */
export function parseMailbox(text: string): Mailbox | undefined {
  const trimmed = text.trim();
  if (isMailAddress(trimmed)) return { name: undefined, address: trimmed };
  const [, quoted, plain, address] =
    /^(?:"([^"\\<>\p{C}]*)"|([^"\\<>,;:@\p{C}]*))\s*<([^<>]*)>$/u.exec(trimmed) ?? [];
  if (address === undefined || !isMailAddress(address)) return undefined;
  const name = (quoted ?? plain ?? "").trim();
  if (name.includes("=?")) return undefined;
  return { name: name === "" ? undefined : name, address };
}
