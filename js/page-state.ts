/**
 * The words a buyer reads are written in the page's HTML, one `<template data-state="…">` per state, for the shop's owner
 * to edit and translate. Scripts only choose among them.
 */

/** Element of the page by id. Throws an error that names the id when the page has no such element. */
export function pageElement(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (!element) throw new Error(`${location.pathname} needs an element with id="${id}".`);
  return element;
}

/** Headings for a page that has no template for a state. Each is true of every order in that state, whatever was bought and whoever asks. */
const lastWords: Record<string, string> = {
  unsure: "Looking up your order",
  open: "This order is not paid yet",
  still_waiting: "This is taking longer than usual",
  awaiting_payment: "Thank you, your order is placed",
  paid: "Thank you for your order",
  fulfilled: "Thank you, your order is complete",
  revoked: "This order is no longer valid",
  paused: "This subscription is paused",
  payment_failed: "The payment did not go through",
  expired: "This checkout has expired",
  not_found: "We could not find this order",
  no_order: "There is no order to show",
};

/** The template that is shown, or the state that has none. Nothing is put in twice: each change of the live region is read out. */
let shown: HTMLTemplateElement | string | undefined;

/**
 * Puts the template of a state into the live region: the first of `variants` that the page has as `<template data-state="…"
 * data-mode="variant">`, else the one without `data-mode`, which must be true in every case. A template for another variant is never shown:
 * a page without a fitting one gets a short heading in English. `links` fills in the href of `<a data-link="name">`; a link without an
 * address is removed.
 */
export function showState(
  state: string,
  { variants = [], links = {} }: { variants?: string[]; links?: Record<string, string> } = {},
): void {
  const templates = [...document.querySelectorAll<HTMLTemplateElement>(`template[data-state="${state}"]`)];
  const template = [...variants, undefined]
    .map((variant) => templates.find(({ dataset }) => dataset["mode"] === variant))
    .find((found) => found !== undefined);

  const words = template ?? state;
  if (words === shown) return;
  shown = words;
  const content = template ? document.importNode(template.content, true) : inEnglish(state);
  for (const link of content.querySelectorAll<HTMLAnchorElement>("a[data-link]")) {
    const href = links[link.dataset["link"] ?? ""];
    if (href) link.href = href;
    else link.remove();
  }
  pageElement("order-status").replaceChildren(content);
  pageElement("order").dataset["state"] = state;
}

function inEnglish(state: string): DocumentFragment {
  console.info(`${location.pathname} has no <template data-state="${state}"> for this order.`);
  const heading = document.createElement("h1");
  heading.lang = "en";
  heading.textContent = lastWords[state] ?? "Your order";
  const content = document.createDocumentFragment();
  content.append(heading);
  return content;
}
