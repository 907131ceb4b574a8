import { request as httpRequest, type IncomingMessage } from "node:http";

import type { AdapterRequest } from "./shop-under-test.ts";

/** Enough for a tool that compiles a function on its first request. */
const TIMEOUT_MS = 60_000;

/**
 * Sends over real HTTP. `fetch` merges header lines, refuses some header names and follows redirects.
 * The response's body is what came over the wire, whatever its Content-Encoding.
 */
export async function sendHttp(url: string, request: AdapterRequest): Promise<Response> {
  const incoming = await exchange(request.query === undefined ? url : `${url}?${request.query}`, request);
  const chunks: Buffer[] = [];
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);

  const headers = new Headers();
  for (const [name, lines] of Object.entries(incoming.headersDistinct)) {
    for (const line of lines ?? []) headers.append(name, line);
  }
  const status = incoming.statusCode ?? 0;
  const hasBody = status !== 204 && status !== 304;
  return new Response(hasBody ? new Uint8Array(Buffer.concat(chunks)) : null, { status, headers });
}

function exchange(url: string, request: AdapterRequest): Promise<IncomingMessage> {
  const body = request.body === undefined ? undefined : Buffer.from(request.body);
  const length = body === undefined || request.chunked ? {} : { "Content-Length": body.length };
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(url, {
      method: request.method ?? "GET",
      headers: { ...length, ...mutableHeaders(request.headers) },
      // A new connection each time: a server that refuses a body closes it, which must not break the next request.
      agent: false,
      timeout: TIMEOUT_MS,
    });
    let answered = false;
    outgoing.on("response", (incoming) => {
      answered = true;
      resolve(incoming);
    });
    outgoing.on("timeout", () =>
      outgoing.destroy(new Error(`No answer from ${url} within ${TIMEOUT_MS} ms.`)),
    );
    // A server may answer 413 and close while we are still writing; the answer is what counts.
    outgoing.on("error", (error) => {
      if (!answered) reject(error);
    });
    if (body === undefined) outgoing.end();
    else if (request.chunked) writeInPieces(outgoing, body);
    else outgoing.end(body);
  });
}

/** Writes three pieces, cut anywhere, even inside a multi-byte character. */
function writeInPieces(outgoing: NodeJS.WritableStream, body: Buffer): void {
  const third = Math.ceil(body.length / 3);
  for (let start = 0; start < body.length; start += third)
    outgoing.write(body.subarray(start, start + third));
  outgoing.end();
}

function mutableHeaders(headers: AdapterRequest["headers"]): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers ?? {}).map(([name, value]) => [
      name,
      typeof value === "string" ? value : [...value],
    ]),
  );
}
