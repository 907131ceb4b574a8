import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { attribute, descendants, elementsOf, lineOf, type Element } from "./html-tree.ts";
import { findPages } from "./find-pages.ts";
import { PAGES_FOLDER } from "./pages-folder.ts";

/** What the endpoint takes. */
const TAKEN: ReadonlySet<string> = new Set(["price_id", "priceId", "quantity", "client_reference_id"]);

/**
 * A sentence for each field of a form that buys which the endpoint refuses. The button script sends only what is taken, so that the
 * mistake shows where JavaScript is off, and there alone.
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

/** The same for one page; `file` is how it is called in messages. */
export function refusedFieldsIn(html: string, file: string): string[] {
  return elementsOf(html)
    .filter(isFormThatBuys)
    .flatMap((form) => [...descendants(form)].filter(isSent))
    .map((field) => [attribute(field, "name") ?? "", lineOf(field, "name")] as const)
    .filter(([name]) => !TAKEN.has(name))
    .map(
      ([name, line]) =>
        `${file}:${line}: without JavaScript the shop refuses this form for its field "${name}". Take the field out of the form, or its name off it: Stripe's page asks for name, e-mail and address itself.`,
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
