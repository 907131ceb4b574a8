import type { ApiAnswer, ApiRequest } from "../../simulator/api/handle-api.ts";

/** As much of a Response as Stripe's client reads; it may be read more than once. Real ones took a tenth of all time. */
export function lightResponse({ status, headers, body }: ApiAnswer): Response {
  const light = {
    status,
    ok: status >= 200 && status < 300,
    headers: new Map(Object.entries(headers)),
    body: null,
    text: async () => body,
  };
  return light as unknown as Response;
}

/** `init` as Stripe's client writes it. */
export function lightRequest(url: string, { method = "GET", headers, body }: RequestInit): ApiRequest {
  const given = new Map(
    Array.from(headers as [string, string][], ([name, value]) => [name.toLowerCase(), value]),
  );
  return {
    method,
    url,
    headers: { get: (name) => given.get(name) ?? null },
    text: async () => (typeof body === "string" ? body : ""),
  };
}
