import type { OrderStatus } from "./order-status.ts";
import type { ReturnAddress } from "./return-address.ts";

const timeoutMs = 12_000;
const box = document.getElementById("order-mail-again");
const button = box?.querySelector("button");
const live = box?.querySelector('[role="status"]');
let from: ReturnAddress | undefined;

/**
 * Offers to send the mail about the order again, while the server says that it can be. The button's `data-busy` is what it says
 * meanwhile, `data-done` and `data-failed` are read out afterwards; a refusal comes in the server's words. A page that wants none of
 * it leaves `#order-mail-again` out.
 */
export function offerMailAgain({ personal, wayBack }: OrderStatus, address: ReturnAddress): void {
  // An answer that says nothing about mails changes nothing.
  if (!box || !button || !(personal || wayBack)) return;
  box.hidden = !(personal ? personal.mailAgain : wayBack?.kind === "mail");
  if (!from) button.addEventListener("click", () => void send(button));
  from = address;
}

async function send(pressed: HTMLButtonElement): Promise<void> {
  // Not `disabled`, which drops the keyboard's focus.
  if (!from || pressed.ariaBusy === "true") return;
  const { busy, done = "", failed = "" } = pressed.dataset;
  const label = [...pressed.childNodes];
  pressed.ariaBusy = "true";
  if (busy) pressed.replaceChildren(busy);
  // Emptied first: the same words once more would not be read out.
  live?.replaceChildren();
  const refusal = await askForMail(from);
  pressed.ariaBusy = null;
  pressed.replaceChildren(...label);
  live?.replaceChildren(refusal === undefined ? done : refusal || failed);
}

/** Undefined once it is sent, else the reason why not, which is empty when the server could not be reached. */
async function askForMail({ sessionId, token }: ReturnAddress): Promise<string | undefined> {
  try {
    const response = await fetch("/api/resend-mail", {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        ...(token && { Authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ session_id: sessionId }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (response.ok) return undefined;
    const { error } = (await response.json()) as { error?: { message?: string } };
    return error?.message ?? "";
  } catch {
    return "";
  }
}
