import type { Mail } from "../../core/mail/mailer.ts";
import type { SimulatedState } from "../../simulator/state/state.ts";
import { handedOverFor } from "./assortment.ts";
import { badRows } from "./check-sums.ts";
import type { Truths } from "./truths.ts";
import type { Violations } from "./violations.ts";

/** What the shop has handed to each buyer. */
export interface Buyers {
  /** The browser that opened the checkout keeps the cookies of the answer. */
  keepCookies(orderId: string, response: Response): void;
  cookiesOf(orderId: string): string;
  /** True of an order that was opened in this shop, whether the shop gave a cookie or not. */
  hasBrowser(orderId: string): boolean;
  takeMail(orderId: string, mail: Mail): void;
  takePage(orderId: string, deliveries: readonly PageDelivery[]): void;
  /** All that ever reached the buyer; I8 wants one for each unit. */
  keysOf(orderId: string): string[];
  /** The download links of the last mail. */
  linksOf(orderId: string): string[];
  /** How many keys and files the order brings once it is paid. */
  dueTo(orderId: string): { keys: number; files: number };
}

export interface PageDelivery {
  kind: string;
  key?: string;
  url?: string;
}

const KEYS = /\bTESTLICENSE1-[\w.-]+/g;
const LINKS = /https:\/\/shop\.example\/api\/download\?token=[\w.-]+/g;

/** I8: whatever died on the way, every mail and every look at the page hands over all keys, and always the same ones. */
export function createBuyers(state: SimulatedState, truths: Truths, violations: Violations): Buyers {
  const cookies = new Map<string, string>();
  const keys = new Map<string, Set<string>>();
  const links = new Map<string, string[]>();

  const dueTo: Buyers["dueTo"] = (orderId) => handedOverFor(state.lineItems[orderId] ?? []);

  function take(orderId: string, from: "mail" | "page", found: readonly string[], files: number): void {
    const complain = (what: string): void =>
      violations.report("I8 an order has its license keys and no others", `${orderId}, ${from}: ${what}`);
    const due = dueTo(orderId);
    if (found.length !== due.keys) complain(`${found.length} license keys, ${due.keys} were bought`);
    if (files !== due.files) complain(`${files} download links, ${due.files} were bought`);
    const known = keys.get(orderId) ?? new Set(found);
    keys.set(orderId, known);
    for (const key of found) known.add(key);
    if (known.size > due.keys) complain("another license key than before");
    if (found.length > 0 && !truths.current(orderId).isPaid)
      violations.report("I4 no effect before payment", `${orderId}, ${from}: a license key, and no money`);
  }

  return {
    dueTo,
    keepCookies(orderId, { headers }) {
      const pairs = headers.getSetCookie().map((line) => line.slice(0, line.indexOf(";")));
      cookies.set(orderId, pairs.join("; "));
    },
    cookiesOf: (orderId) => cookies.get(orderId) ?? "",
    hasBrowser: (orderId) => cookies.has(orderId),
    takeMail(orderId, { text, html = "" }) {
      const found = text.match(KEYS) ?? [];
      const urls = text.match(LINKS) ?? [];
      const bad = badRows(text);
      if (bad !== undefined)
        violations.report("S1 an order says what was bought", `${orderId}, mail: ${bad}`);
      if (found.some((key) => !html.includes(key)))
        violations.report("I8 an order has its license keys and no others", `${orderId}: only in text`);
      links.set(orderId, urls);
      take(orderId, "mail", found, urls.length);
    },
    takePage(orderId, deliveries) {
      const found = deliveries.flatMap(({ key }) => key ?? []);
      take(orderId, "page", found, deliveries.filter(({ kind }) => kind === "download").length);
    },
    keysOf: (orderId) => [...(keys.get(orderId) ?? [])],
    linksOf: (orderId) => links.get(orderId) ?? [],
  };
}
