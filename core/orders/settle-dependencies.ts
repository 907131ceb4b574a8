import type { Log } from "../log/log.ts";
import type { BlockedSteps } from "./blocked-steps.ts";
import type { ReadFacts } from "./facts.ts";
import type { Notifier } from "./outbox/notifier.ts";
import type { AudienceDependencies } from "./outbox/enqueue-notifications.ts";
import type { UpdateDependencies } from "./update-control.ts";

export interface SyncDependencies extends UpdateDependencies, AudienceDependencies {
  readFacts: ReadFacts;
  now: () => number;
}

export interface SettleDependencies extends SyncDependencies {
  notifier: Notifier;
  blockedSteps: BlockedSteps;
  log: Log;
}
