import type { Log } from "../log/log.ts";
import type { BlockedSteps } from "./blocked-steps.ts";
import type { ReadFacts } from "./facts.ts";
import type { FulfillmentStep } from "./fulfillment-step.ts";
import type { Notifier } from "./outbox/notifier.ts";
import type { Audience } from "./outbox/enqueue-notifications.ts";
import type { UpdateDependencies } from "./update-control.ts";

export interface SyncDependencies extends UpdateDependencies {
  readFacts: ReadFacts;
  now: () => number;
  /** The channels that hear what happens to an order. */
  notifier: { audience: Audience };
}

export interface SettleDependencies extends SyncDependencies {
  /** In the order in which they run. */
  steps: readonly FulfillmentStep[];
  notifier: Notifier;
  blockedSteps: BlockedSteps;
  log: Log;
}
