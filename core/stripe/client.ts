import Stripe from "stripe";

import type { StripeAccess } from "../config/config.ts";
import type { Runtime } from "../runtime.ts";
import { createPatientFetch } from "./patient-fetch.ts";
import { REQUEST_TIMEOUT_MS } from "./within-deadline.ts";

/**
 * The SDK, set up for a short-lived function. The only place that imports it as a value: it weighs 250 KB, and everything else needs
 * only its types. `fetch` is called anew at each request, so that a stand-in put in place later is used.
 */
export function createStripeClient(
  config: StripeAccess,
  runtime: Pick<Runtime, "fetch" | "schedule" | "random">,
): Stripe {
  const { apiBase } = config;
  const patientFetch = createPatientFetch(runtime);
  return new Stripe(config.secretKey, {
    httpClient: Stripe.createFetchHttpClient((input: string | URL | Request, init?: RequestInit) =>
      patientFetch(input, init).then(refuseForeignError),
    ),
    timeout: REQUEST_TIMEOUT_MS,
    maxNetworkRetries: 1,
    // Otherwise the SDK keeps timings of earlier requests, and writes below the home directory for them.
    telemetry: false,
    ...(apiBase && {
      protocol: apiBase.protocol === "http:" ? "http" : "https",
      host: apiBase.hostname,
      port: apiBase.port || (apiBase.protocol === "http:" ? 80 : 443),
    }),
  });
}

/**
 * The SDK takes any JSON for an answer of Stripe's. If a gateway on the way failed with a body of its own, that would pass for a
 * session without a marker, and a paid order for one that is not ours.
 */
async function refuseForeignError(response: Response): Promise<Response> {
  if (response.ok) return response;
  const text = await response.text();
  if (!isStripeErrorBody(text)) throw new Error(`HTTP status ${response.status} that is not from Stripe.`);
  return new Response(text, { status: response.status, headers: response.headers });
}

function isStripeErrorBody(text: string): boolean {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === "object" && body !== null && "error" in body;
  } catch {
    return false;
  }
}
