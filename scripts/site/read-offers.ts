import { attribute, elementsOf, lineOf, textOf, type Element } from "./html-tree.ts";
import { printedBeside, type PrintedPrice } from "./printed-price.ts";
import { printedInJsonLd } from "./json-ld.ts";

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
 * What a page offers: every `data-price-id`, and every form field named `price_id` with its value, or its options'.
 * `file` is how the page is called in messages.
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
  const found: Named[] =
    onButton === undefined ? [] : [{ name: onButton, element, line: lineOf(element, "data-price-id") }];
  if (attribute(element, "name") !== "price_id") return found;
  if (element.tagName === "input" || element.tagName === "button") {
    const name = attribute(element, "value");
    return name === undefined ? found : [...found, { name, element, line: lineOf(element, "value") }];
  }
  return element.tagName === "select" ? [...found, ...optionsOf(element)] : found;
}

function optionsOf(parent: Element): Named[] {
  return parent.childNodes.flatMap((child) => {
    if (!("tagName" in child)) return [];
    if (child.tagName !== "option") return optionsOf(child);
    const hasValue = child.attrs.some(({ name }) => name === "value");
    // `<option value="">Please choose</option>` offers nothing.
    const name = hasValue ? attribute(child, "value") : textOf(child).trim();
    return name ? [{ name, element: child, line: lineOf(child, "value") }] : [];
  });
}
