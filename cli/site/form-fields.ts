import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { attribute, descendants, elementsOf, lineOf, type Element } from "./html-tree.ts";
import { findPages } from "./find-pages.ts";
import { PAGES_FOLDER } from "./pages-folder.ts";

/** What the endpoint takes. */
const TAKEN: ReadonlySet<string> = new Set(["price_id", "priceId", "quantity", "client_reference_id"]);

/**
 * A sentence for each field that the endpoint refuses in a form that buys. Such a form sells nothing, with or without the button script,
 * and the owner might only hear of it from a buyer.
 */
export async function refusedFields(root: string, folder = PAGES_FOLDER): Promise<string[]> {
  const pages = await findPages(root, folder);
  const found = await Promise.all(
    pages.map(async (page) =>
      refusedFieldsIn(await readFile(join(root, page), "utf8").catch(() => ""), page),
    ),
  );
  return found.flat();
}

/** The same for one page; `file` is its name in messages. */
export function refusedFieldsIn(html: string, file: string): string[] {
  return elementsOf(html)
    .filter(isFormThatBuys)
    .flatMap((form) => [...descendants(form)].filter(isSent))
    .map((field) => [attribute(field, "name") ?? "", lineOf(field, "name")] as const)
    .filter(([name]) => !TAKEN.has(name))
    .map(
      ([name, line]) =>
        `${file}:${line}: the shop refuses this form because of its field "${name}". Remove the field, or its name attribute: Stripe's page asks for name, e-mail and address itself.`,
    );
}

export function isFormThatBuys(element: Element): boolean {
  return (
    element.tagName === "form" && /\/create-checkout-session\/?$/.test(attribute(element, "action") ?? "")
  );
}

function isSent(element: Element): boolean {
  const isField = ["input", "select", "textarea", "button"].includes(element.tagName);
  const isOff = element.attrs.some(({ name }) => name === "disabled");
  return isField && !isOff && attribute(element, "name") !== undefined;
}
