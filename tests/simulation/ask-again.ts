import type { Platform } from "./platform.ts";
import type { Buyers } from "./buyers.ts";

/** The buyer, or who knows the order's number, asks for the mail again. */
export async function askForMailAgain(
  orderId: string,
  isStranger: boolean,
  { platform, buyers }: { platform: Platform; buyers: Buyers },
): Promise<void> {
  const headers = {
    "Content-Type": "application/json",
    Origin: "https://shop.example",
    ...(!isStranger && { cookie: buyers.cookiesOf(orderId) }),
  };
  const body = JSON.stringify({ session_id: orderId });
  const request = new Request("https://shop.example/api/resend-mail", { method: "POST", headers, body });
  await platform.serve("resendMail", request);
}
