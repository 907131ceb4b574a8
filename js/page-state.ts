/**
 * The words a buyer reads are written in the page's HTML, one `<template data-state="…">` per state, for the shop's owner
 * to edit and translate. Scripts only choose among them.
 */

/** Element of the page by id; a page that lost it is a broken page, and says which one is missing. */
export function pageElement(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (!element) throw new Error(`${location.pathname} needs an element with id="${id}".`);
  return element;
}

export function hasWordsFor(state: string): boolean {
  return document.querySelector(`template[data-state="${state}"]`) !== null;
}

/**
 * Puts the template of a state into the live region. `variant` picks `<template data-state="…" data-mode="variant">` if
 * the page has one. `links` fills in the href of `<a data-link="name">`.
 */
export function showState(
  state: string,
  { variant = "", links = {} }: { variant?: string; links?: Record<string, string> } = {},
): void {
  const templates = document.querySelectorAll<HTMLTemplateElement>(`template[data-state="${state}"]`);
  const template = [...templates].find(({ dataset }) => dataset["mode"] === variant) ?? templates[0];
  if (!template) throw new Error(`${location.pathname} needs a <template data-state="${state}">.`);

  const content = document.importNode(template.content, true);
  for (const [name, href] of Object.entries(links)) {
    for (const link of content.querySelectorAll<HTMLAnchorElement>(`a[data-link="${name}"]`))
      link.href = href;
  }
  pageElement("order-status").replaceChildren(content);
  pageElement("order").dataset["state"] = state;
}
