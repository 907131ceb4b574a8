import type { ControlDraft } from "./update-control.ts";

/** What came of something that was begun: how the record changes, and what is said once that is durable. */
export interface Result {
  change: (current: ControlDraft) => ControlDraft;
  announce: Announce;
}

export type Announce = () => Promise<void> | void;
