import type { AdapterCase } from "./adapter-case.ts";
import { checkoutRefusalCases } from "./cases/checkout-refusals.ts";
import { checkoutCases } from "./cases/checkout.ts";
import { downloadCases } from "./cases/downloads.ts";
import { claimCases } from "./cases/claims.ts";
import { headerCases } from "./cases/headers.ts";
import { healthCases } from "./cases/health.ts";
import { licenseCases } from "./cases/licenses.ts";
import { methodCases } from "./cases/methods.ts";
import { orderCases } from "./cases/orders.ts";
import { originCases } from "./cases/origins.ts";
import { reconcileCases } from "./cases/reconcile.ts";
import { webhookByteCases } from "./cases/webhook-bytes.ts";
import { webhookEventCases } from "./cases/webhook-events.ts";
import { webhookSignatureCases } from "./cases/webhook-signatures.ts";

/** Everything that the functions must do on every host and with every tool. */
export const adapterCases: readonly AdapterCase[] = [
  ...methodCases,
  ...headerCases,
  ...healthCases,
  ...reconcileCases,
  ...webhookByteCases,
  ...webhookSignatureCases,
  ...webhookEventCases,
  ...checkoutCases,
  ...checkoutRefusalCases,
  ...originCases,
  ...orderCases,
  ...downloadCases,
  ...licenseCases,
  ...claimCases,
];
