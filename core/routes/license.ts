import * as z from "zod/mini";

import { unavailable } from "../http/http-error.ts";
import { readJson } from "../http/read-json.ts";
import { jsonResponse } from "../http/responses.ts";
import type { OpenRoute, Route } from "../http/route.ts";
import { createRecentAnswers } from "../delivery/licenses/recent-answers.ts";
import type { LicenseSigner } from "../delivery/licenses/license-signer.ts";
import { accessOf } from "../orders/access.ts";
import type { OrderId } from "../orders/order.ts";
import type { OrderStore } from "../orders/order-store.ts";

const licenseStatus = z
  .enum(["valid", "revoked", "unknown"])
  .check(
    z.describe(
      "`revoked`: void, or closed while the subscription is paused. `unknown`: not a key of this shop, or one of the other mode (test or live).",
    ),
  );

type LicenseStatus = z.infer<typeof licenseStatus>;

const QUESTION = {
  schema: z.object({ key: z.string().check(z.maxLength(1_000)) }),
  limitBytes: 4 * 1024,
  example: { key: "LICENSE1-…" },
};

/** Any page may ask: no cookie is involved, and the key is all that counts. */
const FOR_EVERY_ORIGIN = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Allow-Methods": "POST",
  "Access-Control-Allow-Headers": "Content-Type",
  "Access-Control-Max-Age": "7200",
};

export interface LicenseDependencies {
  licenseSigner: LicenseSigner;
  config: { stripe: { livemode: boolean } };
  loadServices: () => Promise<{ store: Pick<OrderStore, "readControl"> }>;
  now: () => number;
}

/**
 * `POST /api/license` with `{ "key" }`: answers `{ "status": "valid" | "revoked" | "unknown" }`. A POST, so that keys stay out of
 * addresses, which hosts log.
 *
 * The signature comes first: a made-up key gets "unknown" without a look at any order. So neither the answer nor its timing tells
 * anything about orders, and a flood of such questions reaches neither the store nor Stripe.
 */
export const license: Route<LicenseDependencies> = {
  name: "license",
  path: "/api/license",
  method: "POST",
  summary: "Says whether a license key is valid",
  details: "For your software. Pages of any origin may ask, too.",
  body: QUESTION,
  answers: { 200: { description: "What the key is worth.", schema: z.object({ status: licenseStatus }) } },
  errors: {
    400: ["invalid_encoding", "invalid_json", "invalid_request"],
    413: ["body_too_large"],
    503: ["try_again"],
  },
  open,
};

function open({ licenseSigner: signer, config, loadServices, now }: LicenseDependencies): OpenRoute {
  const { livemode } = config.stripe;
  const recent = createRecentAnswers<LicenseStatus>(now);

  return {
    headers: FOR_EVERY_ORIGIN,

    async handle(request, context) {
      // The content type is ignored: software sends what its library sends.
      const { key } = await readJson(request, QUESTION);
      const read = signer.read(key);
      if (read === undefined || read.livemode !== livemode) {
        context.note({ outcome: "unknown" });
        return jsonResponse(200, { status: "unknown" });
      }
      const { orderId } = read;
      const status = await recent
        .answer(orderId, () => lookUp(orderId))
        .catch((error: unknown) => {
          throw unavailable("try_again", "The license could not be looked up right now.", 60, error);
        });
      context.note({ orderId, outcome: status });
      return jsonResponse(200, { status });
    },
  };

  async function lookUp(orderId: OrderId): Promise<LicenseStatus> {
    const { store } = await loadServices();
    const stored = await store.readControl(orderId);
    const state = stored === undefined ? "unpaid" : accessOf(stored.control).kind;
    if (state === "unpaid") return "unknown";
    return state === "granted" ? "valid" : "revoked";
  }
}
