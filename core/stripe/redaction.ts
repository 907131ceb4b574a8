import type Stripe from "stripe";

/**
 * True for what Stripe puts in place of personal data, and of all metadata, once its owner has had an object redacted. Such an object
 * can still be read, but never be changed again. https://docs.stripe.com/privacy/redaction
 */
function isRedacted(text: string | null | undefined): boolean {
  return text !== null && text !== undefined && /^\s*\[redacted\b/i.test(text);
}

/** The text, unless it was redacted. */
export function unlessRedacted(text: string | null | undefined): string | undefined {
  return isRedacted(text) ? undefined : (text ?? undefined);
}

/** True when what the shop has written into the metadata was redacted. Another program's values say nothing. */
export function isRedactedMetadata(metadata: Stripe.Metadata | null): boolean {
  return Object.entries(metadata ?? {}).some(
    ([key, value]) => key.startsWith("static_checkout") && isRedacted(value),
  );
}
