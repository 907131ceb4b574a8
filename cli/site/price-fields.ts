import { attribute, parentOf, textOf, type Element } from "./html-tree.ts";

/** What the endpoint calls the price. */
const PRICE_FIELDS: ReadonlySet<string | undefined> = new Set(["price_id", "priceId"]);

/** The price that a form's field stands for, or one option of a list; undefined for every other element. */
export function chosenBy(element: Element): string | undefined {
  if (element.tagName === "option") {
    const list = listAround(element);
    if (list === undefined || !isPriceField(list)) return undefined;
    const hasValue = element.attrs.some(({ name }) => name === "value");
    // `<option value="">Please choose</option>` offers nothing.
    return hasValue ? attribute(element, "value") : textOf(element).trim() || undefined;
  }
  const isField = element.tagName === "input" || element.tagName === "button";
  return isField && isPriceField(element) ? attribute(element, "value") : undefined;
}

function isPriceField(element: Element): boolean {
  return PRICE_FIELDS.has(attribute(element, "name"));
}

/** An option may lie in an `<optgroup>`. */
function listAround(option: Element): Element | undefined {
  const parent = parentOf(option);
  return parent === undefined || parent.tagName === "select" ? parent : listAround(parent);
}
