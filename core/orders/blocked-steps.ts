/** The steps that cannot succeed for any order until the owner has fixed something. Never fails: an order waits either way. */
export interface BlockedSteps {
  /** Alarms the owner once, from the instance that writes the note first; from then on health shows it. */
  report(step: string, reason: string): Promise<void>;
  /** True while the step is known to be blocked. Also false when that cannot be found out. */
  stands(step: string): Promise<boolean>;
  /** The step has succeeded. Reads the note if the order `hadToWait`, or if this instance knows of one. */
  clear(step: string, hadToWait: boolean): Promise<void>;
}
