/** A message from outside, above all an error's, may quote anything: only its beginning is read. */
const READ_CHARACTERS = 4_000;
const KEPT_CHARACTERS = 1_000;

/** What must never be in a log, recognized by its form. Every repetition is bounded: hostile text must not take long. */
const PRIVATE: readonly [RegExp, string][] = [
  // User and password in an address, as in SMTP_URL.
  [/\/\/[^\s/@]{1,300}@/g, "//[credentials]@"],
  [/[^\s@<>"'(),;:=]{1,64}@[^\s@<>"'(),;:]{1,255}/g, "[mail address]"],
  [/\b((?:sk|rk)_(?:test|live))_\w+/g, "$1_[secret]"],
  [/\bwhsec_[\w+/=-]+/g, "whsec_[secret]"],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, "[access key]"],
  [/\b(Bearer|Basic) [\w.~+/=-]{8,}/gi, "$1 [secret]"],
  [/\b\d(?:[ -]?\d){12,18}\b/g, "[card number]"],
];

/** The same text without mail addresses, card numbers and keys, and not longer than a log line should be. */
export function maskPrivate(text: string): string {
  let masked = text.slice(0, READ_CHARACTERS);
  for (const [pattern, replacement] of PRIVATE) masked = masked.replace(pattern, replacement);
  return masked.length > KEPT_CHARACTERS ? `${masked.slice(0, KEPT_CHARACTERS)}…` : masked;
}
