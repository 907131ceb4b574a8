import { pageElement } from "./page-state.ts";

const showForMs = 4000;

/**
 * Makes a button copy what `text` returns when it is pressed. It then says its `data-done`, to screen readers as well. Where the browser
 * refuses, as it does outside https, the text stays on the page to be copied by hand.
 */
export function copyOnClick(button: HTMLElement, text: () => string): void {
  const words = [...button.childNodes];
  const done = button.dataset["done"] ?? "";
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", () => void copy());

  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(text());
    } catch {
      button.hidden = true;
      return;
    }
    button.textContent = done;
    pageElement("order-announcement").textContent = done;
    setTimeout(() => {
      button.replaceChildren(...words);
      pageElement("order-announcement").textContent = "";
    }, showForMs);
  }
}
