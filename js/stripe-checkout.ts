/**
 * The button script. Sends the buyer from any `.stripe-checkout-btn[data-price-id]` to Stripe's hosted Checkout.
 *
 *   <button class="stripe-checkout-btn" data-price-id="price_123" data-quantity="2" data-loading-text="One moment…">Buy</button>
 *   <script src="/js/stripe-checkout.js" data-endpoint="/api/create-checkout-session" defer></script>
 *
 * Only the class and `data-price-id` are required. In a form whose action is the endpoint, the form's fields are sent as they are
 * without JavaScript. The browser checks `required`, `min` and `max` before we hear of it.
 *
 * Events, on the button, bubbling:
 *   stripe-checkout:before                     preventDefault() stops the purchase
 *   stripe-checkout:redirect  {url}            the page is about to leave
 *   stripe-checkout:error     {code, message}  the message stands next to the button
 *
 * Every visitor loads this file: at most 900 bytes gzipped and 760 with Brotli, kept by tests/browser/script/size.test.ts. That is why there is one
 * listener, no helper that is called once, and here and there the order of lines that compresses best.
 */

/** The server's answer; empty when there was none, or none that we understand. */
type Answer = { url?: string; error?: { code: string; message: string } };

/**
 * What went wrong, next to the button in use; `.stripe-checkout-btn + [role="alert"]` styles it. `role` and `ariaBusy` are
 * attributes too since Firefox 119 (2023), long before elsewhere.
 */
const notice = document.createElement("p");
notice.role = "alert";

/**
 * Request body -> idempotency key. A key lives until it has led to Checkout: whatever became of the answers, all tries are one
 * purchase attempt. (Nothing is stored under it when Stripe refuses the parameters:
 * https://docs.stripe.com/api/idempotent_requests.)
 */
const keys: Record<string, string> = {};

/** From the script's own tag, found by its address: `document.currentScript` is null where it is `type="module"`. */
const endpoint =
  document.querySelector<HTMLElement>("[src*=stripe-checkout]")?.dataset["endpoint"] ??
  "/api/create-checkout-session";

/** Gives the button back to the buyer. Empty while no purchase is under way; there is one at a time. */
let release: (() => void) | null | undefined;

let isWarm: unknown;

function onEvent(
  event: Event & Partial<MouseEvent & PageTransitionEvent & SubmitEvent>,
  // From what was clicked out to the window, through shadow trees too. Read now, because the event forgets it.
  path = [event.submitter, ...event.composedPath()] as (Partial<HTMLButtonElement> | null | undefined)[],
): void {
  const button = path.find((node) => node?.matches?.(".stripe-checkout-btn[data-price-id]")) as
    | HTMLButtonElement
    | undefined;
  // Back from Stripe, the page may come out of the back/forward cache as it was left, busy: https://web.dev/articles/bfcache.
  if (event.persisted) release?.();
  if (!button) return;

  // The buyer is about to click: wake the function.
  isWarm ||= fetch(endpoint, { method: "OPTIONS" }).catch(Object);
  // A button that submits a form leaves the click to the browser, which checks the fields and then says "submit".
  if (
    event.type != (button.form && button.type == "submit" ? button.type : "click") ||
    event.defaultPrevented
  )
    return;
  // From here on the script handles it; a form around the button is not posted.
  event.preventDefault();

  const emit = (name: string, detail?: object) =>
    button.dispatchEvent(
      new CustomEvent("stripe-checkout:" + name, { bubbles: true, cancelable: true, detail }),
    );
  const body = JSON.stringify({
    priceId: button.dataset["priceId"],
    quantity: button.dataset["quantity"] ?? button.form?.["quantity"]?.value,
    // What is chosen, checked and enabled, as the browser would post it; `price_id` wins over `priceId`.
    ...(button.form?.action.endsWith?.(endpoint) &&
      Object.fromEntries(new FormData(button.form, event.submitter))),
  });
  const restore = () => {
    release = button.ariaBusy = null;
    button.replaceChildren(...label);
  };
  const finish = ({
    url,
    error = { code: "no_connection", message: "No connection, try again." },
  }: Answer) => {
    // Too late: the buyer has been told already, or came back to the page and has the button again.
    if (release != restore) return;
    // https anywhere, plain http only on localhost (the dev server). Anything else that the dots match is not a host name.
    if (/^http(s:|:..localhost[:/])/.test(url!)) {
      keys[body] = "";
      emit("redirect", { url });
      location = url as never;
    } else {
      restore();
      notice.replaceChildren(error.message);
      button.after(notice);
      emit("error", error);
    }
  };
  const label = [...button.childNodes];
  if (release || !emit("before")) return;

  notice.remove();
  // Not `disabled`, which drops the keyboard's focus and which Firefox keeps over a reload.
  button.ariaBusy = true as never;
  // Not a signal of fetch: this one also frees the buyer who stopped the page on its way to Stripe.
  setTimeout(finish, 15_000, {});
  if (button.dataset["loadingText"]) button.replaceChildren(button.dataset["loadingText"]);
  release = restore;
  void fetch(endpoint, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      // A blob's URL ends in a new UUID (https://w3c.github.io/FileAPI/#unicodeBlobURL). crypto.randomUUID is missing on plain
      // http other than localhost, where a phone tries the shop at http://192.168.1.5:3000.
      "Idempotency-Key": (keys[body] ||= URL.createObjectURL(new Blob()).slice(-36)),
    },
    body,
  })
    .then((response) => response.json())
    .catch(Object)
    .then(finish);
}

// A touch is a pointerover too. On the window: after all listeners of the page that may have taken care of a click.
for (const type of ["click", "submit", "pointerover", "pageshow", "focusin"]) addEventListener(type, onEvent);
// A click that the page keeps from the window, as modals do, still counts.
addEventListener("click", (event) => setTimeout(onEvent, 0, event, event.composedPath()), true);
