import type Stripe from "stripe";

import type { Deadline } from "../retry/deadline.ts";
import { withinDeadline } from "./within-deadline.ts";

/** The largest page that Stripe gives. */
const LARGEST_PAGE = 100;

interface Page {
  limit: number;
  starting_after?: string;
}

/**
 * All objects of one of Stripe's lists, newest first. The SDK's own paging uses the first page's timeout for all pages. Here each
 * page is fetched within the time that is left by then.
 * @throws OutOfTimeError when too little time is left for the next page, and whatever `ask` throws.
 */
export async function* listPages<T extends { id: string }>(
  ask: (page: Page, options: Stripe.RequestOptions) => Promise<{ data: T[]; has_more: boolean }>,
  deadline: Deadline | undefined,
  { after, limit = LARGEST_PAGE }: { after?: string | undefined; limit?: number | undefined } = {},
): AsyncGenerator<T, void> {
  let last = after;
  for (;;) {
    const { data, has_more: hasMore } = await ask(
      { limit, ...(last !== undefined && { starting_after: last }) },
      deadline === undefined ? {} : withinDeadline(deadline),
    );
    yield* data;
    last = data.at(-1)?.id;
    if (!hasMore || last === undefined) return;
  }
}
