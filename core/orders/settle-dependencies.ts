import type { Log } from "../log/log.ts";
import type { BlockedSteps } from "./blocked-steps.ts";
import type { ReadFacts } from "./facts.ts";
import type { FulfillmentStep } from "./fulfillment-step.ts";
import type { NewsDesk } from "./outbox/news-desk.ts";
import type { Audience } from "./outbox/spread-news.ts";
import type { UpdateDependencies } from "./update-control.ts";

export interface SyncDependencies extends UpdateDependencies {
  readFacts: ReadFacts;
  now: () => number;
  /** The channels that are told what happens to an order. */
  news: { audience: Audience };
}

export interface SettleDependencies extends SyncDependencies {
  /** In the order in which they run. */
  steps: readonly FulfillmentStep[];
  news: NewsDesk;
  blockedSteps: BlockedSteps;
  log: Log;
}
