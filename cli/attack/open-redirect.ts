import type { Attack, Finding } from "./attack.ts";
import { buy, sessionIdIn, type Target } from "./target.ts";

const EVIL = "evil.example";

/** Five headers that frameworks take a site's own address from. */
const HEADERS: readonly Readonly<Record<string, string>>[] = [
  { Host: EVIL },
  { "X-Forwarded-Host": EVIL },
  { Forwarded: `host=${EVIL};proto=https` },
  { "X-Original-URL": `https://${EVIL}/` },
  { Referer: `https://${EVIL}/` },
];

/** The buyer pays honestly, and is sent to the attacker's page afterwards. */
export const openRedirect: Attack = {
  name: "Open redirect",
  async run(target) {
    const findings: Finding[] = [];
    for (const header of HEADERS) findings.push(await tryHeader(target, header));
    return findings;
  },
};

async function tryHeader(target: Target, header: Readonly<Record<string, string>>): Promise<Finding> {
  const tried = Object.entries(header).map(([name, value]) => `${name}: ${value}`)[0] ?? "";
  const answer = await buy(target, header);
  const sessionId = sessionIdIn(answer);
  if (sessionId === undefined)
    return { tried, got: `no checkout, ${answer.status}`, gotThrough: answer.status < 400 };
  const places = [
    answer.body,
    JSON.stringify(answer.headers),
    ...(target.inside?.returnAddresses(sessionId) ?? [await paymentPage(target, answer.body)]),
  ];
  const gotThrough = places.some((place) => place.includes(EVIL));
  return {
    tried,
    got: gotThrough ? "the way back leads to evil.example" : "comes back to the shop",
    gotThrough,
  };
}

/** The simulated payment page shows where it leads back to. */
async function paymentPage(target: Target, body: string): Promise<string> {
  const [url] = /https?:\/\/[^"]+/.exec(body) ?? [];
  if (url === undefined || new URL(url).host !== new URL(target.url).host) return "";
  return (await target.send(new URL(url).pathname)).body;
}
