/** Wraps foreign words so that their direction does not mix with ours: a name that is written from right to left stays whole. */
export function ownOrder(words: string): HTMLElement {
  const element = document.createElement("bdi");
  element.textContent = words;
  return element;
}
