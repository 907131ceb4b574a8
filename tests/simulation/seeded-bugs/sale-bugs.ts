import type { SeededBug } from "./seeded-bug.ts";

const LINES = "core/stripe/sold-lines.ts";
const WHOSE = "core/stripe/whose-sale.ts";

/** Which shop a sale belongs to, and what was sold. */
export const SALE_BUGS: readonly SeededBug[] = [
  {
    name: "key-for-every-line",
    what: "The lookup key of a sale is given to every line of the session.",
    hazards: "B28",
    patches: [
      {
        file: LINES,
        find: "const isOpened = opened === undefined ? line === openedByOld : priceId === opened;",
        replace: "void opened; void openedByOld; const isOpened = true;",
      },
    ],
  },
  {
    name: "first-line-was-opened",
    what: "The first line counts as the one that was opened, whatever price it has now.",
    hazards: "B29",
    patches: [
      {
        file: LINES,
        find: "const isOpened = opened === undefined ? line === openedByOld : priceId === opened;",
        replace: "void opened; const isOpened = line === openedByOld;",
      },
    ],
  },
  {
    name: "key-of-today",
    what: "A line is named after the lookup key that its price has today.",
    hazards: "B31",
    patches: [
      {
        file: LINES,
        find: "const key = (isOpened ? lookupKey : undefined) ?? ownKey(line);",
        replace: "void lookupKey; const key = ownKey(line);",
      },
    ],
  },
  {
    name: "id-without-its-key",
    what: "The lookup key of a price that was bought by its id is not written down.",
    hazards: "B31",
    patches: [
      {
        file: "core/checkout/price-catalog.ts",
        find: "return { id, ...(key !== undefined && { lookupKey: key }), mode, settings, options };",
        replace:
          "return { id, ...(key !== undefined && !isPriceId(name) && { lookupKey: key }), mode, settings, options };",
      },
    ],
  },
  {
    name: "added-lines-not-kept",
    what: "The lookup key of a dashboard line is not kept where orders are stored in Stripe.",
    hazards: "B31",
    patches: [
      {
        file: "core/stores/stripe-order-store.ts",
        find: "if (metadata !== undefined) await",
        replace: "if (metadata !== undefined && now() < 0) await",
      },
    ],
  },
  {
    name: "unnamed-is-ours",
    what: "Every sale of a shop without a name counts as ours, wherever it sells.",
    hazards: "E18",
    patches: [
      {
        file: WHOSE,
        find: 'if (site === undefined || isAt(site, shop)) return "ours";',
        replace: 'if (site === undefined || isAt(site, shop) || !isNamed) return "ours";',
      },
    ],
  },
  {
    name: "untold-is-ours",
    what: "A sale elsewhere counts as ours when its price is unknown to us.",
    hazards: "E18",
    patches: [
      {
        file: WHOSE,
        find: 'return isTold ? "theirs" : "unknown";',
        replace: 'void isTold; return "ours";',
      },
    ],
  },
  {
    name: "moved-shop-disowns",
    what: "Sales at the shop's former address no longer count as its own.",
    hazards: "E19",
    patches: [
      {
        file: WHOSE,
        find: 'if (names.some((name) => shop.prices.has(name))) return "ours";',
        replace: "",
      },
    ],
  },
  {
    name: "lines-not-asked",
    what: "When only the lines can tell which shop an order belongs to, its record is not believed.",
    hazards: "E19",
    patches: [
      {
        file: "core/stripe/session-owner.ts",
        find: 'if (whose !== "unknown") return whose === "ours";',
        replace: 'if (whose !== undefined) return whose === "ours";',
      },
    ],
  },
];
