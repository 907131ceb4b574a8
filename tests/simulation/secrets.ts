import type { Extras } from "./extras.ts";
import type { Random } from "./random.ts";

/** Webhook secrets: the first is the older one. */
const WEBHOOK = ["whsec_simulation", "whsec_successor"] as const;
const SIGNING = ["1".repeat(64), "2".repeat(64)];

/** The secrets that Stripe signs with. */
export function signedWith({ rotation }: Extras): readonly string[] {
  return rotation === "both_sign" ? WEBHOOK : [WEBHOOK[0]];
}

/**
 * The secrets that a new instance knows during a rotation. Either some instances know one and some the other, and Stripe signs with both;
 * or all know both, and Stripe signs with one. Every instance knows both of the shop's own secrets: only their order differs.
 */
export function knownSecrets({ rotation }: Extras, random: Random): Readonly<Record<string, string>> {
  if (rotation === "none") return { STRIPE_WEBHOOK_SECRET: WEBHOOK[0] };
  const isNewer = random.chance(0.5);
  const inOrder = (secrets: readonly string[]): readonly string[] =>
    isNewer ? secrets.toReversed() : secrets;
  const known = inOrder(WEBHOOK);
  return {
    STRIPE_WEBHOOK_SECRET: (rotation === "both_sign" ? known.slice(0, 1) : known).join(","),
    SIGNING_SECRET: inOrder(SIGNING).join(","),
  };
}
