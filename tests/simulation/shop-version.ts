import { existsSync } from "node:fs";

import { createApp } from "../../core/app.ts";
import { BlockedStepError, NonRetriableError } from "../../core/retry/errors.ts";

type StepError = new (message: string) => Error;

/** The code that an instance runs, and the errors that it knows. */
export interface ShopVersion {
  createApp: typeof createApp;
  NonRetriableError: StepError;
  BlockedStepError: StepError;
}

export const THIS_VERSION: ShopVersion = { createApp, NonRetriableError, BlockedStepError };

/** Another version of the shop; `folder` holds its `core/`. */
export async function loadVersion(folder: URL): Promise<ShopVersion> {
  const load = (file: string): Promise<Record<string, unknown>> => import(new URL(file, folder).href);
  const app = await load("core/app.ts");
  // In 0.1.0 they lay with the steps, under other names.
  const hasRetry = existsSync(new URL("core/retry/errors.ts", folder));
  const errors = await load(hasRetry ? "core/retry/errors.ts" : "core/fulfillment/step.ts");
  return {
    createApp: app["createApp"] as typeof createApp,
    NonRetriableError: (errors["NonRetriableError"] ?? errors["PermanentStepError"]) as StepError,
    BlockedStepError: (errors["BlockedStepError"] ?? Error) as StepError,
  };
}
