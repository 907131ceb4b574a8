import { attribute, lineOf, textOf, type Element } from "./html-tree.ts";
import type { Offer } from "./read-offers.ts";

/**
 * Prices that a page tells search engines, in `<script type="application/ld+json">`: each Offer whose `sku` (or `identifier`) is
 * the name of an offered price; or the only Offer of a page that sells one thing. https://schema.org/Offer
 */
export function printedInJsonLd(
  elements: readonly Element[],
  names: ReadonlySet<string>,
  file: string,
): Offer[] {
  const found = elements
    .filter((element) => element.tagName === "script" && attribute(element, "type") === "application/ld+json")
    .flatMap((script) => {
      const text = textOf(script);
      return offersIn(parseJson(text)).map((offer) => ({ offer, text, firstLine: lineOf(script) }));
    });
  const [only] = names.size === 1 ? names : [];
  return found.flatMap(({ offer, text, firstLine }) => {
    const named = [offer["sku"], offer["identifier"]].find(
      (name): name is string => typeof name === "string" && names.has(name),
    );
    const name = named ?? (found.length === 1 ? only : undefined);
    if (name === undefined) return [];
    const price = String(offer["price"]);
    const line = firstLine + text.slice(0, Math.max(0, text.indexOf(price))).split("\n").length - 1;
    const currency = typeof offer["priceCurrency"] === "string" ? offer["priceCurrency"] : undefined;
    return [{ name, file, line, printed: [{ amount: price, currency, words: undefined, line }] }];
  });
}

type Json = Record<string, unknown>;

function offersIn(value: unknown): Json[] {
  if (Array.isArray(value)) return value.flatMap(offersIn);
  if (typeof value !== "object" || value === null) return [];
  const object = value as Json;
  const own = object["@type"] === "Offer" && object["price"] !== undefined ? [object] : [];
  return [...own, ...Object.values(object).flatMap(offersIn)];
}

/** Broken JSON-LD is for search engines to report. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
