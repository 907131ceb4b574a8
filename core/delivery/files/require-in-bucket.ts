import { HttpError } from "../../http/http-error.ts";
import type { Log } from "../../log/log.ts";
import type { Bucket } from "./bucket.ts";

/**
 * A buyer who is sent to a bucket that refuses sees its XML, and the owner hears nothing. A bucket that does not answer in time is not
 * waited for: it will serve the file, or say itself what is wrong.
 * @throws HttpError 404 when the bucket refuses.
 */
export async function requireInBucket(
  key: string,
  bucket: Bucket,
  about: { orderId: string; fileId: string },
  log: Log,
): Promise<void> {
  const probe = await bucket.probe(key);
  if (probe.kind === "unknown") log.warn("bucket_not_asked", { ...about, error: probe.reason });
  if (probe.kind !== "refused") return;
  const problem = `FILES_BUCKET answered ${probe.status} for ${JSON.stringify(key)}: there is no file of this name, or FILES_BUCKET_ACCESS_KEY_ID may not read it. The buyer was asked to write to you.`;
  log.error("file_missing", { ...about, problem });
  throw new HttpError(404, "file_missing", MISSING);
}

const MISSING =
  "It should be here: the mistake is ours, and your order is fine. Please tell us, and try this link again later.";
