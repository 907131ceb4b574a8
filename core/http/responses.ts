/**
 * On every answer of every function, errors included: Netlify applies the headers of netlify.toml to static files only,
 * so the handlers bring their own. Nothing a function answers may be stored, framed, sniffed or run.
 */
const SECURITY_HEADERS = {
  "Cache-Control": "no-store",
  "Content-Security-Policy":
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "Strict-Transport-Security": "max-age=63072000",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
} as const;

type Headers = Readonly<Record<string, string>>;

export function jsonResponse(status: number, body: unknown, headers: Headers = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { ...SECURITY_HEADERS, "Content-Type": "application/json; charset=utf-8", ...headers },
  });
}

export function htmlResponse(status: number, html: string, headers: Headers = {}): Response {
  return new Response(html, {
    status,
    headers: { ...SECURITY_HEADERS, "Content-Type": "text/html; charset=utf-8", ...headers },
  });
}

export function bytesResponse(
  status: number,
  body: Uint8Array<ArrayBuffer> | null,
  headers: Headers = {},
): Response {
  return new Response(body, { status, headers: { ...SECURITY_HEADERS, ...headers } });
}

export function emptyResponse(status: number, headers: Headers = {}): Response {
  return new Response(null, { status, headers: { ...SECURITY_HEADERS, ...headers } });
}

/** 303, so that the browser follows a form post with a GET. */
export function seeOther(location: string): Response {
  return emptyResponse(303, { Location: location });
}

/** 302, so that a HEAD stays a HEAD. */
export function found(location: string): Response {
  return emptyResponse(302, { Location: location });
}
