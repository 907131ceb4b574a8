// Fetches its own page again and again, and shows what is new. Without JavaScript, reload the page by hand.
const EVERY_MS = 1_500;
let shown = document.querySelector("main")?.innerHTML;

async function look() {
  if (document.hidden) return;
  // Do not interrupt somebody who is typing.
  const focused = document.activeElement;
  if (focused instanceof HTMLInputElement && focused.value !== "") return;
  const response = await fetch(location.href);
  if (!response.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("main");
  if (fresh === null || fresh.innerHTML === shown) return;
  shown = fresh.innerHTML;
  document.querySelector("main")?.replaceWith(fresh);
  // Keep the focus where it was.
  const value = focused?.getAttribute("value");
  if (value) fresh.querySelector(`button[value="${CSS.escape(value)}"]`)?.focus();
}

// A shop that is being restarted does not answer: it is asked again.
setInterval(() => void look().catch(() => undefined), EVERY_MS);
