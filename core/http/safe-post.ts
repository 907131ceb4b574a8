import type { LookupAddress } from "node:dns";
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { isIP, type LookupFunction } from "node:net";

import { NonRetriableError } from "../retry/errors.ts";
import { isLoopbackAddress, isPublicAddress } from "./public-address.ts";

export interface OutgoingRequest {
  url: URL;
  headers: Readonly<Record<string, string>>;
  body: string;
  signal: AbortSignal;
  /** For development: a server on this machine, without TLS. */
  allowLoopback: boolean;
}

/** Resolves to the status. The rest of the answer is not read. */
export type Post = (request: OutgoingRequest) => Promise<{ status: number }>;

export type ResolveHost = (hostname: string) => Promise<readonly LookupAddress[]>;

/**
 * Posts to an address from the shop's configuration, and never to something inside the network that the shop runs in, whatever a name
 * resolves to. The name is resolved once, its addresses are checked, and the connection goes to what was checked: a different answer
 * the second time (DNS rebinding) has no effect. Redirects are not followed.
 * https://cheatsheetseries.owasp.org/cheatsheets/Server_Side_Request_Forgery_Prevention_Cheat_Sheet.html
 *
 * Rejects with `NonRetriableError` when the address is refused.
 */
export function createPost(resolveHost: ResolveHost): Post {
  return async ({ url, headers, body, signal, allowLoopback }) => {
    const mayReach = (address: string): boolean =>
      isPublicAddress(address) || (allowLoopback && isLoopbackAddress(address));
    if (url.protocol !== "https:" && !(allowLoopback && url.protocol === "http:"))
      throw refusal(url, "it is not https");
    const addresses = await addressesOf(url, resolveHost);
    signal.throwIfAborted();
    // One bad address among good ones is no accident.
    if (!addresses.every(({ address }) => mayReach(address)))
      throw refusal(url, "it leads to an internal address");
    if (url.protocol === "http:" && !addresses.every(({ address }) => isLoopbackAddress(address))) {
      throw refusal(url, "it is not https");
    }
    return send(url, headers, body, signal, addresses);
  };
}

async function addressesOf({ hostname }: URL, resolveHost: ResolveHost): Promise<readonly LookupAddress[]> {
  // URL has made one spelling of all: 0x7f.1 is 127.0.0.1 by now.
  const literal = hostname.replace(/^\[|\]$/g, "");
  const family = isIP(literal);
  const addresses = family === 0 ? await resolveHost(hostname) : [{ address: literal, family }];
  if (addresses.length === 0) throw new Error("The name has no address.");
  return addresses;
}

function send(
  url: URL,
  headers: OutgoingRequest["headers"],
  body: string,
  signal: AbortSignal,
  addresses: readonly LookupAddress[],
): Promise<{ status: number }> {
  const begin = url.protocol === "https:" ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const sent = begin(url, {
      method: "POST",
      headers: { ...headers, "Content-Length": Buffer.byteLength(body) },
      lookup: answering(addresses),
      signal,
      agent: false,
    });
    sent.on("error", reject);
    sent.on("response", (response) => {
      // The status says everything: an endless body must not hold us up.
      response.destroy();
      resolve({ status: response.statusCode ?? 0 });
    });
    sent.end(body);
  });
}

/** Node asks for one address or for all, depending on its own settings. */
function answering(addresses: readonly LookupAddress[]): LookupFunction {
  return (_hostname, options, callback) => {
    const [first] = addresses;
    if (options.all === true) callback(null, [...addresses]);
    else callback(null, first?.address ?? "", first?.family);
  };
}

function refusal({ host }: URL, reason: string): NonRetriableError {
  return new NonRetriableError(`Nothing is sent to ${host}: ${reason}.`);
}
