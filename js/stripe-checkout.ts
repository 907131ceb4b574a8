/**
 * The button script. Sends the buyer from any `.stripe-checkout-btn[data-price-id]` to Stripe's hosted Checkout.
 *
 *   <button class="stripe-checkout-btn" data-price-id="price_123" data-quantity="2" data-loading-text="One moment…">Buy</button>
 *   <script src="/js/stripe-checkout.js" data-endpoint="/api/create-checkout-session" defer></script>
 *
 * Only the class and `data-price-id` are required. In a form, the form's `quantity` field counts unless the button has
 * `data-quantity`; the form itself is what works without JavaScript.
 *
 * Events, on the button, bubbling:
 *   stripe-checkout:before                     preventDefault() and nothing happens
 *   stripe-checkout:redirect  {url}            the page is about to leave
 *   stripe-checkout:error     {code, message}  the message stands next to the button
 *
 * Every visitor loads this file: at most 900 bytes gzipped, kept by tests/browser/script/size.test.ts. That is why there is
 * one listener, no helper that is called once, and here and there the order of lines that compresses best.
 */

/** What the server says. All of it is missing when it said nothing, or nothing that we understand. */
type Answer = { url?: string; error?: { code: string; message: string } };

/** Opens the connection to Stripe's page ahead of the click, once it is in the document. */
const link = document.createElement("link");
link.rel = "preconnect";
link.href = "https://checkout.stripe.com";

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

const endpoint = document.currentScript!.dataset["endpoint"] ?? "/api/create-checkout-session";

/** Gives the button back to the buyer. Undefined while nobody is buying; there is one purchase at a time. */
let release: (() => void) | undefined;

/** Buyers who save data are taken for warm already. (`connection` is Chromium's alone, November 2026.) */
let isWarm: unknown = (navigator as Navigator & { connection?: { saveData: boolean } }).connection?.saveData;

function onEvent(event: Event & Partial<MouseEvent & PageTransitionEvent>): void {
  // `pageshow` has the document for a target, and that has no closest().
  const button = (event.target as Element).closest?.<HTMLButtonElement>(
    ".stripe-checkout-btn[data-price-id]",
  );
  // Back from Stripe, the page may come out of the back/forward cache as it was left, busy: https://web.dev/articles/bfcache.
  if (event.persisted) release?.();
  if (!button) return;

  // The buyer is about to click: wake the function.
  if (!isWarm) {
    isWarm = fetch(endpoint, { method: "OPTIONS" }).catch(() => ({}));
    document.head.append(link);
  }
  if (
    event.type != "click" ||
    event.ctrlKey ||
    event.altKey ||
    event.shiftKey ||
    event.metaKey ||
    event.button ||
    event.defaultPrevented
  )
    return;
  // From here on it is ours; a form around the button is not posted.
  event.preventDefault();

  const { dataset } = button;
  const emit = (name: string, detail?: object) =>
    button.dispatchEvent(
      new CustomEvent("stripe-checkout:" + name, { bubbles: true, cancelable: true, detail }),
    );
  const body = JSON.stringify({
    price_id: dataset["priceId"],
    quantity: +(dataset["quantity"] ?? button.form?.["quantity"]?.value ?? 1),
  });
  const restore = () => {
    release = undefined;
    button.ariaBusy = null;
    button.replaceChildren(...label);
  };
  const finish = ({
    url,
    error = { code: "no_connection", message: "No connection, try again." },
  }: Answer) => {
    // Too late: the buyer has been told already, or came back to the page and has the button again.
    if (release != restore) return;
    // https anywhere, plain http only on localhost (the dev server). What else the dots would match is no host name.
    if (/^http(s:|:..localhost[:/])/.test(url!)) {
      keys[body] = "";
      emit("redirect", { url });
      location.href = url!;
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
  button.ariaBusy = "true";
  // Not a signal of fetch: this one also frees the buyer who stopped the page on its way to Stripe.
  setTimeout(finish, 15_000, {});
  if (dataset["loadingText"]) button.replaceChildren(dataset["loadingText"]);
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
    .catch(() => ({}))
    .then(finish);
}

// A touch is a pointerover too. On the window: after all listeners of the page that may have taken care of a click.
for (const type of ["click", "focusin", "pointerover", "pageshow"]) addEventListener(type, onEvent);
