import type { Violations } from "./violations.ts";
import type { World } from "./world.ts";

/** The refusals that may come instead of the mail, as status and code. These three may come to a buyer and to a stranger. */
const OUT_OF_REACH = ["503 try_again", "503 mail_not_sent", "409 mail_refused"];
const TO_BUYERS = ["409 order_not_complete", "409 order_revoked", "409 subscription_paused"];
const TO_STRANGERS = ["404 order_not_found"];

/** A host answers 502 when a machine dies, and 504 when one runs into the limit. */
const FROM_HOST = [502, 504];

/** The buyer, or a stranger who knows the order's number, asks for the mail again. */
export async function askForMailAgain(
  orderId: string,
  isStranger: boolean,
  { platform, buyers }: Pick<World, "platform" | "buyers">,
  violations: Violations,
): Promise<void> {
  const headers = {
    "Content-Type": "application/json",
    Origin: "https://shop.example",
    ...(!isStranger && { cookie: buyers.cookiesOf(orderId) }),
  };
  const body = JSON.stringify({ session_id: orderId });
  const request = new Request("https://shop.example/api/resend-mail", { method: "POST", headers, body });
  const response = await platform.serve("resendMail", request);
  if (response.status === 200 || FROM_HOST.includes(response.status)) return;
  const { error } = (await response.json()) as { error?: { code?: string } };
  const answer = `${response.status} ${error?.code}`;
  // A session that an older version opened gave no browser a cookie.
  const isBuyer = !isStranger && buyers.hasBrowser(orderId);
  const known = [...OUT_OF_REACH, "429 too_many_mails", ...(isBuyer ? TO_BUYERS : TO_STRANGERS)];
  if (known.includes(answer)) return;
  violations.report(
    "S9 what a person asks for fails only for a known reason",
    `${orderId}: ${isBuyer ? "the buyer" : "a stranger"} asks for the mail again, and is answered ${answer}`,
  );
}
