import { HttpError } from "./http-error.ts";

/**
 * The request's bytes exactly as they came, never more than `limitBytes` of them in memory.
 * @throws HttpError 413 as soon as the limit is passed, whatever Content-Length claims.
 */
export async function readBody(request: Request, limitBytes: number): Promise<Uint8Array> {
  const declared = Number(request.headers.get("content-length") ?? 0);
  if (declared > limitBytes) throw tooLarge(limitBytes);
  if (request.body === null) return new Uint8Array();

  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body) {
    length += chunk.byteLength;
    if (length > limitBytes) throw tooLarge(limitBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

/**
 * Strict UTF-8: a byte sequence that is not UTF-8 is refused instead of being replaced, and a byte order mark is kept,
 * so that two different bodies never become the same text.
 */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new HttpError(400, "invalid_encoding", "The request is not valid UTF-8 text.", { cause });
  }
}

function tooLarge(limitBytes: number): HttpError {
  return new HttpError(413, "body_too_large", `The request is larger than ${limitBytes} bytes.`);
}
