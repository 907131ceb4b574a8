import { fileURLToPath } from "node:url";

import { afterAll, beforeAll, expect, test } from "vitest";

import { startShop, type Shop } from "../../cli/dev/shop.ts";

let shop: Shop;
beforeAll(async () => {
  shop = await startShop({
    root: fileURLToPath(new URL("../..", import.meta.url)),
    port: 0,
    environment: {},
    storageFolder: undefined,
    engine: "dynamodb",
    print: () => undefined,
  });
});
afterAll(() => shop.close());

const stripe = () => {
  if (shop.simulatedStripe === undefined) throw new Error("There is no simulated Stripe.");
  return shop.simulatedStripe;
};

async function openCheckout(priceId: string): Promise<string> {
  const answer = await fetch(`${shop.url}/api/create-checkout-session`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Origin: shop.url },
    body: JSON.stringify({ price_id: priceId }),
  });
  const { url } = (await answer.json()) as { url: string };
  return /cs_test_\w+/.exec(url)?.[0] ?? "";
}

async function buy(priceId: string): Promise<string> {
  const id = await openCheckout(priceId);
  stripe().buyer.pay(id, { email: "ada@example.com" });
  await stripe().deliveriesSettled();
  return id;
}

/** A form of the panel, as a browser sends it. */
async function post(path: string, fields: Record<string, string>): Promise<Response> {
  return fetch(`${shop.url}${path}`, {
    method: "POST",
    headers: { Origin: shop.url },
    body: new URLSearchParams(fields),
    redirect: "manual",
  });
}

const pageOf = async (id: string) => (await fetch(`${shop.url}/__dev/orders/${id}`)).text();
const act = (id: string, action: string) => post(`/__dev/orders/${id}/act`, { action });

test("E47: an order that needs attention can be tried again, and says what is still wrong", async () => {
  await post("/__dev/inbox/mood", { mood: "refuses" });
  const id = await buy("price_ebook_tides");
  const flagged = await pageOf(id);
  expect(flagged).toContain('data-tone="bad">needs attention</span>');
  expect(flagged).toContain("<button>Try again</button>");

  const stillWrong = await act(id, "try again");
  expect(stillWrong.status).toBe(409);
  expect(await stillWrong.text()).toContain("A step failed for good; the record says why.");

  await post("/__dev/inbox/mood", { mood: "works" });
  expect((await act(id, "try again")).status).toBe(303);
  const done = await pageOf(id);
  expect(done).toContain('data-tone="good">fulfilled</span>');
  expect(done).not.toContain("Try again");
  expect(done).toContain("tried again by hand");
});

test("E46: a refunded order is not shown as fulfilled, in the list or on its page", async () => {
  const id = await buy("price_ebook_tides");
  const charge = /value="(refund ch_\w+)"/.exec(await pageOf(id))?.[1] ?? "";
  expect((await act(id, charge)).status).toBe(303);
  const list = await (await fetch(`${shop.url}/__dev`)).text();
  const row = list.split("<li>").find((text) => text.includes(id)) ?? "";
  for (const shown of [row, (await pageOf(id)).split("In the shop")[1] ?? ""]) {
    expect(shown).toContain('data-tone="bad">refunded</span>');
    expect(shown).not.toContain(">fulfilled</span>");
  }
});

test("E40: the panel says that a failed refund's second failure is no longer possible", async () => {
  const id = await buy("price_ebook_tides");
  await act(id, /value="(refund ch_\w+)"/.exec(await pageOf(id))?.[1] ?? "");
  const fail = /value="(fail re_\w+)"/.exec(await pageOf(id))?.[1] ?? "";
  expect((await act(id, fail)).status).toBe(303);
  const again = await act(id, fail);
  expect(again.status).toBe(409);
  expect(await again.text()).toContain("That is no longer possible.");
  expect(await pageOf(id)).toMatch(/<dt>Refunded<\/dt>\s*<dd>€0\.00<\/dd>/);
});

test.for([
  ["price_poster_a2", "Post, in a tube"],
  ["price_almanac_monthly", undefined],
] as const)("E48: the payment page asks where to send %s", async ([priceId, rate]) => {
  const page = await (await fetch(`${shop.url}/c/pay/${await openCheckout(priceId)}`)).text();
  expect(page).toContain("<legend>Shipping address</legend>");
  expect(page).toContain("Germany");
  if (rate === undefined) expect(page).not.toContain("shippingRate");
  else expect(page).toContain(rate);
});

test("E48: the payment page of a download asks for no address", async () => {
  const page = await (await fetch(`${shop.url}/c/pay/${await openCheckout("price_ebook_tides")}`)).text();
  expect(page).not.toContain("Shipping address");
});

test("E45: an error behind the counter is a page with a link to go on", async () => {
  for (const [path, status] of [
    ["/__dev/nothing", 404],
    ["/__dev/orders/cs_test_nothing", 404],
    ["/__dev/orders/%zz", 400],
  ] as const) {
    const answer = await fetch(`${shop.url}${path}`);
    const page = await answer.text();
    expect(answer.status, path).toBe(status);
    expect(page, path).toMatch(/<h1>[^<]+<\/h1>/);
    expect(page, path).toContain('href="/"');
  }
  const noForm = await fetch(`${shop.url}/__dev/inbox/mood`, {
    method: "POST",
    headers: { Origin: shop.url },
  });
  expect(noForm.status).toBe(400);
});
