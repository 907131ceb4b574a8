import type Stripe from "stripe";

/** The largest page that Stripe gives. */
const LARGEST_PAGE = 100;

interface Page {
  limit: number;
  starting_after?: string;
}

/**
 * All objects of one of Stripe's lists, newest first. Unlike the SDK's own paging, which takes the options of the first page for all,
 * `options` is asked anew for each page, so that the time that is left bounds every one of them.
 * @throws what `ask` and `options` throw.
 */
export async function* listPages<T extends { id: string }>(
  ask: (page: Page, options: Stripe.RequestOptions) => Promise<{ data: T[]; has_more: boolean }>,
  options: () => Stripe.RequestOptions,
  { after, limit = LARGEST_PAGE }: { after?: string | undefined; limit?: number | undefined } = {},
): AsyncGenerator<T, void> {
  let last = after;
  for (;;) {
    const { data, has_more: hasMore } = await ask(
      { limit, ...(last !== undefined && { starting_after: last }) },
      options(),
    );
    yield* data;
    last = data.at(-1)?.id;
    if (!hasMore || last === undefined) return;
  }
}
