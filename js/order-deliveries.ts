import type { Delivered } from "../core/delivery/delivered.ts";
import { copyOnClick } from "./copy-button.ts";
import type { OrderStatus } from "./order-status.ts";
import { ownOrder } from "./own-order.ts";
import { pageElement } from "./page-state.ts";

let shown = "";

/**
 * Lists what the order brought: one `<template data-delivery="kind">` of the page for each thing, whose `[data-part]` elements
 * take name, address, key and text. The words are the page's; what comes from the server is text and never markup.
 */
export function showDeliveries({ personal }: OrderStatus): void {
  const deliveries = personal?.deliveries;
  // An answer that says nothing personal says nothing about this either.
  if (!deliveries) return;
  // Every answer brings new links. While nothing else changes, the list stays, and with it the keyboard's place on the page.
  const fingerprint = deliveries.map(withoutToken).join("\n");
  if (fingerprint === shown) {
    renewLinks(deliveries);
    return;
  }
  shown = fingerprint;
  pageElement("order-delivery-list").replaceChildren(...deliveries.flatMap(entry));
  pageElement("order-deliveries").hidden = deliveries.length === 0;
}

/** The entries that are shown, in their order, get the links of the latest answer: older ones stop working. */
function renewLinks(deliveries: Delivered[]): void {
  const entries = deliveries.filter((delivered) => entry(delivered).length > 0);
  for (const [index, element] of [...pageElement("order-delivery-list").children].entries()) {
    const delivered = entries[index];
    if (!delivered || !("url" in delivered)) continue;
    for (const link of element.querySelectorAll('[data-part="url"]'))
      link.setAttribute("href", delivered.url);
  }
}

/** Empty when the page has no template for such a thing, or the address is not one to send a buyer to. */
function entry(delivered: Delivered): Node[] {
  const template = document.querySelector<HTMLTemplateElement>(`template[data-delivery="${delivered.kind}"]`);
  if (!template) return [];
  const content = document.importNode(template.content, true);
  const part = (name: string) => content.querySelectorAll<HTMLElement>(`[data-part="${name}"]`);
  for (const element of part("name")) element.replaceChildren(ownOrder(delivered.name));
  if ("url" in delivered) {
    if (!isWebAddress(delivered.url)) return [];
    for (const link of part("url")) link.setAttribute("href", delivered.url);
  }
  if ("text" in delivered) {
    for (const element of part("text")) {
      const lines = delivered.text.split("\n").map(ownOrder);
      element.replaceChildren(...lines.flatMap((line, index) => (index === 0 ? [line] : ["\n", line])));
    }
  }
  if ("key" in delivered) {
    for (const element of part("key")) element.textContent = delivered.key;
    for (const button of part("copy")) copyOnClick(button, () => delivered.key);
  }
  return [content];
}

function isWebAddress(url: string): boolean {
  return url.startsWith("https://") || url.startsWith(`${location.origin}/`);
}

function withoutToken(delivered: Delivered): string {
  return JSON.stringify({ ...delivered, ...(delivered.kind === "download" && { url: "" }) });
}
