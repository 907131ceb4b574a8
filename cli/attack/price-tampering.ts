import { tally, type Attack } from "./attack.ts";
import { FORM_TYPE, JSON_TYPE } from "./target.ts";

/** Fields that would change what is paid, if the shop accepted them. */
const FIELDS: readonly object[] = [
  { amount: 1 },
  { unit_amount: 1 },
  { currency: "idr" },
  { price_data: { unit_amount: 1 } },
  { line_items: [] },
  { discounts: [{ coupon: "ALL" }] },
  { mode: "setup" },
  { success_url: "https://evil.example/" },
];

const QUANTITIES: readonly unknown[] = [0, -1, 0.01, 1_000_000, "1e3", null, [1], 1e308];

const PRICES: readonly unknown[] = [
  "price_made_up",
  "prod_1",
  "../prices",
  "price_x?expand[]=y",
  { id: "price_x" },
  ["price_x"],
  "__proto__",
];

export const priceTampering: Attack = {
  name: "Price tampering",
  async run({ priceId, send }) {
    const post = async (headers: Record<string, string>, body: string): Promise<number> =>
      (await send("/api/create-checkout-session", { method: "POST", headers, body })).status;
    const tryAll = async (
      tried: string,
      bodies: readonly string[],
      headers: Record<string, string> = JSON_TYPE,
    ) => {
      const statuses: number[] = [];
      for (const body of bodies) statuses.push(await post(headers, body));
      return {
        tried,
        got: tally(statuses),
        gotThrough: statuses.some((status) => status < 400 || status >= 500),
      };
    };
    const withPrice = (fields: object): string => JSON.stringify({ price_id: priceId, ...fields });
    return [
      await tryAll("fields that a buyer must not set", FIELDS.map(withPrice)),
      await tryAll(
        "quantities of nothing, less, half and millions",
        QUANTITIES.map((quantity) => withPrice({ quantity })),
      ),
      await tryAll(
        "prices that are not for sale",
        PRICES.map((price_id) => JSON.stringify({ price_id })),
      ),
      await tryAll("reaching for the prototype", [
        `{"price_id":${JSON.stringify(priceId)},"__proto__":{"quantity":0}}`,
        `{"__proto__":{"price_id":${JSON.stringify(priceId)}}}`,
      ]),
      await tryAll(
        "a form that says each thing twice",
        [`price_id=price_made_up&price_id=${priceId}`, `price_id=${priceId}&quantity=1&quantity=0`],
        FORM_TYPE,
      ),
    ];
  },
};
