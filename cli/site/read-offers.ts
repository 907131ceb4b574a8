import { attribute, elementsOf, lineOf, type Element } from "./html-tree.ts";
import { printedBeside, type PrintedPrice } from "./printed-price.ts";
import { printedInJsonLd } from "./json-ld.ts";
import { chosenBy } from "./price-fields.ts";

/** One place that offers a price. */
export interface Offer {
  /** A price id or a lookup key, as it is written there. */
  name: string;
  file: string;
  line: number;
  /** What is written beside it about the money. */
  printed: readonly PrintedPrice[];
}

/**
 * What a page offers: every `data-price-id`, and every form field named `price_id` (or `priceId`) with its value, or its options'.
 * `file` is the page's name in messages.
 */
export function readOffers(html: string, file: string): Offer[] {
  const elements = elementsOf(html);
  const found = elements.flatMap(namesOf);
  const names = new Set(found.map(({ name }) => name));
  const offers = found.map(({ name, element, line }) => ({
    name,
    file,
    line,
    printed: printedBeside(element, name),
  }));
  return [...offers, ...printedInJsonLd(elements, names, file)];
}

interface Named {
  name: string;
  element: Element;
  line: number;
}

function namesOf(element: Element): Named[] {
  const onButton = attribute(element, "data-price-id");
  const inForm = chosenBy(element);
  return [
    ...(onButton === undefined ? [] : [{ name: onButton, element, line: lineOf(element, "data-price-id") }]),
    ...(inForm === undefined ? [] : [{ name: inForm, element, line: lineOf(element, "value") }]),
  ];
}
