import type { ControlDraft } from "./update-control.ts";

/** The outcome of something that was begun: how it changes the record, and what to do once that change is durable. */
export interface Result {
  change: (current: ControlDraft) => ControlDraft;
  afterCommit: AfterCommit;
}

export type AfterCommit = () => Promise<void> | void;
