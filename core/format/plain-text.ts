/** Line breaks of any kind, NUL and other control characters, and the marks that change the direction of the text after them. */
const UNWANTED = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]+/gu;
/** The same, except for the isolates that the shop itself puts around words from outside. */
const UNWANTED_IN_OURS = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066\u2067\ufeff\ufffe\uffff]+/gu;
const LONE_SURROGATES = /[\ud800-\udfff]/gu;

/** Words from outside (a product's name, a buyer's) that have to stay within one line. */
export function singleLine(text: string): string {
  return oneLineWithout(UNWANTED, text);
}

/** A sentence of ours. Words from outside went through `singleLine` before they were isolated. */
export function ownLine(text: string): string {
  return oneLineWithout(UNWANTED_IN_OURS, text);
}

function oneLineWithout(unwanted: RegExp, text: string): string {
  return text.replace(LONE_SURROGATES, "").replace(unwanted, " ").replace(/ {2,}/g, " ").trim();
}

/** The owner's own words: their line breaks stay, everything else that does not print is removed. */
export function cleanLines(text: string): string[] {
  return text.split(/\r\n?|\n|\u2028|\u2029/).map((line) => singleLine(line));
}
