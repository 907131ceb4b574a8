import type { ControlDraft } from "./update-control.ts";

/** The outcome of something that was begun: how it changes the record, and what to report once that is durable. */
export interface Result {
  change: (current: ControlDraft) => ControlDraft;
  announce: Announce;
}

export type Announce = () => Promise<void> | void;
