/** Letters that are written from right to left: Hebrew, Arabic and the scripts beside them, and the marks that stand for such a letter. */
const RIGHT_TO_LEFT =
  /[\u0590-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/**
 * Prepares words from outside (a product's name, a buyer's) for a sentence of plain text. If they hold right-to-left letters, they go
 * between FIRST STRONG ISOLATE and POP DIRECTIONAL ISOLATE, so that their digits and brackets stay with them and ours with us. Others
 * stay as they are. In HTML `<bdi>` or `dir="auto"` does the same. https://www.unicode.org/reports/tr9/#Explicit_Directional_Isolates
 */
export function isolate(text: string): string {
  return RIGHT_TO_LEFT.test(text) ? `\u2068${text}\u2069` : text;
}
