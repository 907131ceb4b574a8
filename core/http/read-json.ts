import type * as z from "zod/mini";

import { HttpError } from "./http-error.ts";
import { decodeUtf8, readBody } from "./read-body.ts";

/**
 * The request's body, which has to be JSON of a known shape. The content type is ignored. `example` tells the caller what to send
 * instead.
 * @throws HttpError 400 or 413, without a cause: a log must not quote what a stranger sent.
 */
export async function readJson<T>(
  request: Request,
  { schema, limitBytes, example }: { schema: z.ZodMiniType<T>; limitBytes: number; example: unknown },
): Promise<T> {
  const text = decodeUtf8(await readBody(request, limitBytes));
  const message = `Send JSON such as ${JSON.stringify(example)}.`;
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new HttpError(400, "invalid_json", message);
  }
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw new HttpError(400, "invalid_request", message);
}
