import { chosenBy } from "./price-fields.ts";
import { attribute, descendants, lineOf, parentOf, textOf, type Element } from "./html-tree.ts";

/** A price as a page shows it to people or to search engines. */
export interface PrintedPrice {
  /** As it is written: `32.00`. */
  amount: string;
  /** Three letters; undefined when the page does not say. */
  currency: string | undefined;
  /** What people read there, e.g. `€32`; undefined when there is nothing to read. */
  words: string | undefined;
  line: number;
}

/**
 * The prices that a page shows beside an offer: `data-price-amount` on the offer itself, or else the nearest
 * `<data class="price" value="32.00">` around it, unless that one belongs to something else, too.
 */
export function printedBeside(offer: Element, name: string): PrintedPrice[] {
  const amount = attribute(offer, "data-price-amount");
  if (amount !== undefined) {
    const currency = attribute(offer, "data-price-currency");
    return [{ amount, currency, words: undefined, line: lineOf(offer, "data-price-amount") }];
  }
  for (let around = parentOf(offer); around !== undefined; around = parentOf(around)) {
    const inside = [...descendants(around)];
    if (inside.some((element) => isOtherOffer(element, name))) return [];
    const prices = inside.filter(isPrice);
    if (prices.length > 0) return prices.map(toPrinted);
  }
  return [];
}

function isOtherOffer(element: Element, name: string): boolean {
  return [attribute(element, "data-price-id"), chosenBy(element)].some(
    (offered) => offered !== undefined && offered !== name,
  );
}

/** One that is crossed out was charged once. */
function isPrice(element: Element): boolean {
  if (element.tagName !== "data" || attribute(element, "value") === undefined) return false;
  const parent = parentOf(element)?.tagName;
  if (parent === "s" || parent === "del") return false;
  return (
    attribute(element, "itemprop") === "price" ||
    (attribute(element, "class") ?? "").split(/\s+/).includes("price")
  );
}

function toPrinted(element: Element): PrintedPrice {
  return {
    amount: attribute(element, "value") ?? "",
    currency: attribute(element, "data-currency"),
    words: textOf(element).trim() || undefined,
    line: lineOf(element, "value"),
  };
}
