import { createHmac } from "node:crypto";

export interface Signature {
  secret: string;
  /** Unix seconds; now when left out. */
  timestamp?: number;
}

/** The value of `Stripe-Signature` for exactly these bytes: https://docs.stripe.com/webhooks#verify-manually */
export function sign(body: string | Uint8Array, { secret, timestamp = nowSeconds() }: Signature): string {
  return `t=${timestamp},v1=${signatureOf(body, secret, timestamp)}`;
}

export function signatureOf(body: string | Uint8Array, secret: string, timestamp: number): string {
  return createHmac("sha256", secret).update(`${timestamp}.`).update(body).digest("hex");
}

export function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
