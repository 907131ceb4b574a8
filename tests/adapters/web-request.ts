import type { AdapterRequest } from "./shop-under-test.ts";

/** The `Request` that a host makes from the wire: its address from the Host header, its body as a stream. */
export function toWebRequest(
  path: string,
  { method = "GET", query, headers, body }: AdapterRequest,
): Request {
  const lines = new Headers();
  for (const [name, value] of Object.entries(headers ?? {})) {
    for (const line of typeof value === "string" ? [value] : value) lines.append(name, line);
  }
  const url = new URL(path, `http://${lines.get("host") ?? "127.0.0.1"}`);
  url.search = query ?? "";
  return new Request(url, {
    method,
    headers: lines,
    ...(body !== undefined && {
      body: new Blob([new Uint8Array(Buffer.from(body))]).stream(),
      duplex: "half",
    }),
  });
}
