/** The products and prices of the simulated account, in the form a site owner edits (`simulator/catalog.json`). */
export interface Catalog {
  /** Shown on the payment page. */
  businessName?: string;
  products: CatalogProduct[];
}

export interface CatalogProduct {
  /** Derived from the first price when left out. */
  id?: string;
  name: string;
  description?: string;
  /** A URL, or a path on the shop's own site. */
  image?: string;
  active?: boolean;
  /** What Managed Payments wants to know, e.g. `txcd_10302000` for e-books. */
  tax_code?: string;
  prices: CatalogPrice[];
}

export interface CatalogPrice {
  id: string;
  lookup_key?: string;
  /** In the currency's smallest unit: cents, yen. */
  amountMinor: number;
  /** ISO 4217, lower case. */
  currency: string;
  /** Present for a subscription. */
  interval?: Interval;
  active?: boolean;
}

const intervals = ["day", "week", "month", "year"] as const;
type Interval = (typeof intervals)[number];

/** Checks a catalog that came from a file. Throws an Error that names the file, the entry and what to do. */
export function parseCatalog(value: unknown, file = "simulator/catalog.json"): Catalog {
  const whole = recordOf(value, `${file}: the whole file`);
  refuseUnknownKeys(whole, ["businessName", "products"], file);
  const products = whole["products"];
  if (!Array.isArray(products)) throw new Error(`${file}: "products" must be a list of products.`);
  const seen = new Set<string>();
  return {
    ...optionalText(whole, "businessName", file),
    products: products.map((product: unknown, index) =>
      parseProduct(product, `${file}: products[${index}]`, seen),
    ),
  };
}

function parseProduct(value: unknown, where: string, seenPriceIds: Set<string>): CatalogProduct {
  const entry = recordOf(value, where);
  refuseUnknownKeys(entry, ["id", "name", "description", "image", "active", "tax_code", "prices"], where);
  const name = entry["name"];
  if (typeof name !== "string" || name === "") throw new Error(`${where} needs a "name", such as "Poster".`);
  const named = `${where} ("${name}")`;
  const prices = entry["prices"];
  if (!Array.isArray(prices) || prices.length === 0) {
    throw new Error(`${named} needs "prices": a list with at least one price.`);
  }
  return {
    name,
    ...optionalText(entry, "id", named),
    ...optionalText(entry, "description", named),
    ...optionalText(entry, "image", named),
    ...optionalText(entry, "tax_code", named),
    ...optionalFlag(entry, "active", named),
    prices: prices.map((price: unknown, index) =>
      parsePrice(price, `${named} prices[${index}]`, seenPriceIds),
    ),
  };
}

function parsePrice(value: unknown, where: string, seenPriceIds: Set<string>): CatalogPrice {
  const entry = recordOf(value, where);
  refuseUnknownKeys(entry, ["id", "lookup_key", "amountMinor", "currency", "interval", "active"], where);
  const { id, amountMinor, currency, interval } = entry;
  if (typeof id !== "string" || !/^price_\w+$/.test(id)) {
    throw new Error(
      `${where} needs an "id" that begins with "price_", the one your page has in data-price-id.`,
    );
  }
  if (seenPriceIds.has(id))
    throw new Error(`${where}: the id "${id}" is used twice. Give each price its own id.`);
  seenPriceIds.add(id);
  if (typeof amountMinor !== "number" || !Number.isSafeInteger(amountMinor) || amountMinor < 0) {
    throw new Error(
      `${where} ("${id}") needs "amountMinor": a whole number in the smallest unit of the currency (1400 is 14.00 euro).`,
    );
  }
  if (typeof currency !== "string" || !/^[a-z]{3}$/.test(currency)) {
    throw new Error(`${where} ("${id}") needs "currency": three small letters, such as "eur".`);
  }
  if (interval !== undefined && !isInterval(interval)) {
    throw new Error(
      `${where} ("${id}"): "interval" must be one of ${intervals.join(", ")}. Leave it out for a one-time price.`,
    );
  }
  return {
    id,
    amountMinor,
    currency,
    ...(interval === undefined ? {} : { interval }),
    ...optionalText(entry, "lookup_key", where),
    ...optionalFlag(entry, "active", where),
  };
}

function isInterval(value: unknown): value is Interval {
  return intervals.some((interval) => interval === value);
}

function recordOf(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Error(`${where} must be an object in curly braces.`);
  }
  return value as Record<string, unknown>;
}

function refuseUnknownKeys(entry: Record<string, unknown>, known: string[], where: string): void {
  const unknown = Object.keys(entry).find((key) => !known.includes(key));
  if (unknown !== undefined) {
    throw new Error(`${where}: "${unknown}" is not known here. Known are ${known.join(", ")}.`);
  }
}

function optionalText(entry: Record<string, unknown>, key: string, where: string): Record<string, string> {
  const value = entry[key];
  if (value === undefined) return {};
  if (typeof value !== "string" || value === "")
    throw new Error(`${where}: "${key}" must be a text, or left out.`);
  return { [key]: value };
}

function optionalFlag(entry: Record<string, unknown>, key: string, where: string): Record<string, boolean> {
  const value = entry[key];
  if (value === undefined) return {};
  if (typeof value !== "boolean") throw new Error(`${where}: "${key}" must be true or false, or left out.`);
  return { [key]: value };
}
