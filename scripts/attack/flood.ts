import { tally, type Attack } from "./attack.ts";
import { buy } from "./target.ts";

const CREATIONS = 1_000;
const AT_ONCE = 20;

/** What a deployed shop lets one address open in a minute; the run may touch two of them. */
const PER_MINUTE = 5;

/** Stolen cards are tried out by the hundred: each needs a checkout. */
export const flood: Attack = {
  name: "Card testing",
  async run(target) {
    const statuses: number[] = [];
    const queue = Array.from({ length: CREATIONS }, (_, index) => index);
    const worker = async (): Promise<void> => {
      while (queue.pop() !== undefined) statuses.push((await buy(target)).status);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    const opened = statuses.filter((status) => status < 400).length;
    // A shop that somebody else has started may have been given other limits.
    const gotThrough = target.inside === undefined ? !statuses.includes(429) : opened > 2 * PER_MINUTE;
    return [
      {
        tried: `${CREATIONS.toLocaleString("en")} checkouts from one address`,
        got: tally(statuses),
        gotThrough,
      },
    ];
  },
};
