import type Stripe from "stripe";

import { HttpError } from "../http/http-error.ts";
import { decodeUtf8 } from "../http/read-body.ts";

/** Stripe signs every attempt anew, so an honest delivery is never older; clocks may differ in both directions. */
const TOLERANCE_SECONDS = 300;

/** A real header has one `v1` per secret that is valid at the time, at most a few. */
const MAX_HEADER_LENGTH = 4_096;

/**
 * Returns the body as text once one of the secrets vouches for it. Stripe's own verifier does the comparison. Whatever it throws (not
 * always its own error class) means the same to the caller.
 * https://docs.stripe.com/webhooks/signature
 * @throws HttpError 400
 */
export function verifySignature(
  stripe: Stripe,
  body: Uint8Array,
  header: string | null,
  secrets: readonly string[],
  nowMs: number,
): string {
  if (header === null || header.length > MAX_HEADER_LENGTH) throw invalidSignature();
  const signedAtSeconds = timestampSeconds(header);
  // The verifier accepts a timestamp from any future; a signature must not be kept for later use.
  if (signedAtSeconds === undefined || signedAtSeconds > nowMs / 1000 + TOLERANCE_SECONDS)
    throw invalidSignature();

  const { signature } = stripe.webhooks;
  if (signature === null) throw new Error("This build of the stripe package cannot verify signatures.");
  const text = decodeUtf8(body);
  const failures: unknown[] = [];
  for (const secret of secrets) {
    try {
      signature.verifyHeader(text, header, secret, TOLERANCE_SECONDS, undefined, nowMs);
      return text;
    } catch (error) {
      failures.push(error);
    }
  }
  throw invalidSignature(failures[0]);
}

/**
 * Stripe writes one, in plain digits. The verifier would take the last of several, and read `t= 9` or `t=9x` as 9: we would check
 * another time than the one that was signed.
 */
function timestampSeconds(header: string): number | undefined {
  const timestamps = header.split(",").filter((part) => part.split("=")[0] === "t");
  const [, digits] = /^t=(\d{1,12})$/.exec(timestamps[0] ?? "") ?? [];
  return timestamps.length === 1 && digits !== undefined ? Number(digits) : undefined;
}

function invalidSignature(cause?: unknown): HttpError {
  return new HttpError(
    400,
    "invalid_signature",
    "The Stripe-Signature header does not match this body and our secrets.",
    {
      cause,
    },
  );
}
