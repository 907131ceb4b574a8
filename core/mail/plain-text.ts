/** Line breaks of any kind, NUL and other controls, and the marks that turn the direction of the text behind them. */
const UNWANTED = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]+/gu;
/** The same, but for the isolates that the shop itself puts around foreign words. */
const UNWANTED_IN_OURS = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066\u2067\ufeff\ufffe\uffff]+/gu;
const LONE_SURROGATES = /[\ud800-\udfff]/gu;

/** Foreign words (a product's, a buyer's) that have to stay within one line. */
export function singleLine(text: string): string {
  return oneLineWithout(UNWANTED, text);
}

/** A sentence of ours, whose foreign words went through `singleLine` before they were isolated. */
export function ownLine(text: string): string {
  return oneLineWithout(UNWANTED_IN_OURS, text);
}

function oneLineWithout(unwanted: RegExp, text: string): string {
  return text.replace(LONE_SURROGATES, "").replace(unwanted, " ").replace(/ {2,}/g, " ").trim();
}

/** The owner's own words: their lines stay, everything else that does not print goes. */
export function cleanLines(text: string): string[] {
  return text.split(/\r\n?|\n|\u2028|\u2029/).map((line) => singleLine(line));
}
