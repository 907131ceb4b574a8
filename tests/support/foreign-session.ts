import type { SimulatedStripe } from "../../simulator/simulated-stripe.ts";

/** Opens a session on the shop's own account as another product would; resolves to its id. */
export async function openForeignSession(stripe: SimulatedStripe): Promise<string> {
  const response = await stripe.handleApi(
    new Request("https://api.stripe.com/v1/checkout/sessions", {
      method: "POST",
      headers: { Authorization: "Bearer sk_test_other" },
      body: new URLSearchParams({
        mode: "payment",
        "line_items[0][price]": "price_poster_a2",
        "line_items[0][quantity]": "1",
        success_url: "https://elsewhere.example/",
      }),
    }),
  );
  return ((await response.json()) as { id: string }).id;
}
