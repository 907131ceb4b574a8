import { parse, type DefaultTreeAdapterTypes } from "parse5";

export type Element = DefaultTreeAdapterTypes.Element;
type ParentNode = DefaultTreeAdapterTypes.ParentNode;

/** The elements of a page as a browser would build them, in the page's order, what is in a `<template>` included; comments are not. */
export function elementsOf(html: string): Element[] {
  return [...descendants(parse(html, { sourceCodeLocationInfo: true }))];
}

export function* descendants(parent: ParentNode): Generator<Element> {
  for (const child of parent.childNodes) {
    if (!("tagName" in child)) continue;
    yield child;
    yield* descendants("content" in child ? child.content : child);
  }
}

/** An attribute's value without blanks around it; undefined when it is missing or empty. */
export function attribute(element: Element, name: string): string | undefined {
  return element.attrs.find((attr) => attr.name === name)?.value.trim() || undefined;
}

/** The line that an attribute, or else its element, begins on. */
export function lineOf(element: Element, name?: string): number {
  const location = element.sourceCodeLocation;
  return (name === undefined ? undefined : location?.attrs?.[name]?.startLine) ?? location?.startLine ?? 1;
}

export function textOf(element: Element): string {
  return element.childNodes
    .map((child) => {
      if ("value" in child) return child.value;
      return "tagName" in child ? textOf(child) : "";
    })
    .join("");
}

export function parentOf(element: Element): Element | undefined {
  const parent = element.parentNode;
  return parent !== null && "tagName" in parent ? parent : undefined;
}
