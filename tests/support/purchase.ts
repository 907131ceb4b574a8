import type { App } from "../../core/app.ts";

const ENDPOINT = "https://shop.example/api/create-checkout-session";
const POSTER = { price_id: "price_poster_a2" };

/** What the button's script sends. */
export function purchase(body: object | string = POSTER, headers: Record<string, string> = {}): Request {
  return new Request(ENDPOINT, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}

/** Opens a checkout as a browser does, and keeps the cookie. */
export async function openAsBrowser(
  app: App,
  priceId: string = POSTER.price_id,
): Promise<{ sessionId: string; cookie: string }> {
  const response = await app.createCheckoutSession(purchase({ price_id: priceId }));
  const [cookie = ""] = (response.headers.getSetCookie()[0] ?? "").split(";");
  const { url } = (await response.json()) as { url: string };
  // There is no address if the shop refuses.
  return { sessionId: /cs_test_\w+/.exec(url)?.[0] ?? url, cookie };
}
