import { tally, type Attack, type Finding } from "./attack.ts";
import { buy, FORM_TYPE, type Answer, type Target } from "./target.ts";

/** An attacker's page makes its visitors' browsers open checkouts, or reads what the shop tells them. */
export const crossSite: Attack = {
  name: "CORS tricks",
  async run(target) {
    const { host } = new URL(target.url);
    const evil = [
      "https://evil.example",
      `https://${host}.evil.example`,
      `https://evil-${host}`,
      "null",
      "file://",
      `${target.url}@evil.example`,
    ];
    const body = JSON.stringify({ price_id: target.priceId });
    const send = (headers: Record<string, string>, text = body): Promise<Answer> =>
      target.send("/api/create-checkout-session", { method: "POST", headers, body: text });
    return [
      await tryAll(
        "buying from foreign pages",
        evil.map((origin) => () => buy(target, { Origin: origin, "Sec-Fetch-Site": "cross-site" })),
        opened,
      ),
      await tryAll(
        "the same, hidden in a form",
        evil.map(
          (origin) => () =>
            send(
              { ...FORM_TYPE, Origin: origin, "Sec-Fetch-Site": "cross-site" },
              `price_id=${target.priceId}`,
            ),
        ),
        opened,
      ),
      await tryAll(
        "without an Origin, from another site",
        [
          () => buy(target, { "Sec-Fetch-Site": "cross-site" }),
          () => buy(target, { "Sec-Fetch-Site": "same-site" }),
        ],
        opened,
      ),
      await tryAll(
        "types that need no preflight",
        ["text/plain", "multipart/form-data; boundary=x", "text/plain; application/json"].map(
          (type) => () => send({ "Content-Type": type }),
        ),
        opened,
      ),
      await tryAll(
        "asking ahead for permission",
        evil.map((origin) => () => preflight(target, origin)),
        allowed,
      ),
      await tryAll(
        "reading an order's state",
        evil.map(
          (origin) => () =>
            target.send("/api/order-status?session_id=cs_test_0123456789", { headers: { Origin: origin } }),
        ),
        allowed,
      ),
    ];
  },
};

function preflight(target: Target, origin: string): Promise<Answer> {
  return target.send("/api/create-checkout-session", {
    method: "OPTIONS",
    headers: {
      Origin: origin,
      "Access-Control-Request-Method": "POST",
      "Access-Control-Request-Headers": "content-type",
    },
  });
}

async function tryAll(
  tried: string,
  requests: readonly (() => Promise<Answer>)[],
  gotThrough: (answer: Answer) => boolean,
): Promise<Finding> {
  const answers: Answer[] = [];
  for (const request of requests) answers.push(await request());
  const permission = answers.some(allowed) ? ", with permission" : "";
  return {
    tried,
    got: tally(answers.map(({ status }) => status)) + permission,
    gotThrough: answers.some(gotThrough),
  };
}

const opened = (answer: Answer): boolean => answer.status < 400 || allowed(answer);
const allowed = ({ headers }: Answer): boolean => headers["access-control-allow-origin"] !== undefined;
