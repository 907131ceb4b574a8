import { request as httpRequest } from "node:http";
import { text } from "node:stream/consumers";

/** The shop that is attacked, as a stranger reaches it, and the little that is needed to see what an attack has done. */
export interface Target {
  url: string;
  send(path: string, options?: Sent): Promise<Answer>;
  /** A price that the shop's own page sells. */
  priceId: string;
  /** Signs as Stripe does, to try what a recorded delivery could be used for; undefined where the secret is not known. */
  webhookSecret: string | undefined;
  /** Only for a shop started by this run: pays as a buyer, and counts the mails that went out. */
  inside: Inside | undefined;
}

interface Inside {
  /** Pays the session as an honest buyer, and waits for what follows. */
  pay(sessionId: string): Promise<void>;
  mailsSent(): number;
  buyer: { email: string; name: string };
  /** The header in which a host would say where a request comes from; undefined when this shop trusts no such header. */
  addressHeader: string | undefined;
  /** Where Stripe would send the buyer back to. */
  returnAddresses(sessionId: string): string[];
}

interface Sent {
  method?: string;
  headers?: Readonly<Record<string, string>>;
  body?: string;
}

export interface Answer {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: string;
}

/** Over a plain connection: `fetch` would not let a caller write Host, Origin or Sec-Fetch-Site. */
export function createSender(url: string): Target["send"] {
  return (path, { method = "GET", headers = {}, body } = {}) =>
    new Promise((resolve, reject) => {
      const outgoing = httpRequest(new URL(path, url), {
        method,
        headers: { ...(body !== undefined && { "Content-Length": Buffer.byteLength(body) }), ...headers },
        timeout: 30_000,
      });
      outgoing.on("response", (incoming) => {
        text(incoming).then(
          (answer) => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: answer }),
          reject,
        );
      });
      outgoing.on("timeout", () => outgoing.destroy(new Error(`${url} does not answer.`)));
      outgoing.on("error", reject);
      outgoing.end(body);
    });
}

export const JSON_TYPE = { "Content-Type": "application/json" } as const;
export const FORM_TYPE = { "Content-Type": "application/x-www-form-urlencoded" } as const;

/** Opens a checkout as the shop's own page would. */
export async function buy(target: Target, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return target.send("/api/create-checkout-session", {
    method: "POST",
    headers: { ...JSON_TYPE, ...headers },
    body: JSON.stringify({ price_id: target.priceId }),
  });
}

export function sessionIdIn(answer: Answer): string | undefined {
  return /cs_(?:test|live)_\w+/.exec(`${answer.body} ${String(answer.headers["location"])}`)?.[0];
}
