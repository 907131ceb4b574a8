import { StripeApiError } from "./errors.ts";
import { integer, text, type Parameter } from "./parameters.ts";

/** The parameters every list takes: https://docs.stripe.com/api/pagination */
export const paginationParameters = {
  ending_before: text(),
  limit: integer({ min: 1, max: 100 }),
  starting_after: text(),
} satisfies Record<string, Parameter<unknown>>;

export interface Page {
  limit?: number | undefined;
  starting_after?: string | undefined;
  ending_before?: string | undefined;
}

export interface List<T> {
  object: "list";
  data: T[];
  has_more: boolean;
  url: string;
}

/**
 * Cuts one page out of `ordered` (the order the caller sees: newest first, or a line item's own order). A cursor
 * that is not in the list is looked up in `all`, as Stripe does: a filtered list still knows where it would be.
 */
export function paginate<T extends { id: string }>(
  ordered: T[],
  page: Page,
  url: string,
  kind: string,
  all: T[] = ordered,
): List<T> {
  if (page.starting_after !== undefined && page.ending_before !== undefined) {
    throw new StripeApiError("You cannot use arguments starting_after and ending_before together.");
  }
  const limit = page.limit ?? 10;
  if (page.ending_before !== undefined) {
    const before = takeUntil(all, page.ending_before, "ending_before", kind);
    const candidates = ordered.filter((item) => before.has(item.id));
    return { object: "list", data: candidates.slice(-limit), has_more: candidates.length > limit, url };
  }
  const after = page.starting_after;
  const candidates = after === undefined ? ordered : excludeUntil(ordered, all, after, kind);
  return { object: "list", data: candidates.slice(0, limit), has_more: candidates.length > limit, url };
}

function excludeUntil<T extends { id: string }>(ordered: T[], all: T[], cursor: string, kind: string): T[] {
  const before = takeUntil(all, cursor, "starting_after", kind);
  return ordered.filter((item) => item.id !== cursor && !before.has(item.id));
}

function takeUntil(all: { id: string }[], cursor: string, param: string, kind: string): Set<string> {
  const index = all.findIndex((item) => item.id === cursor);
  if (index === -1) {
    throw new StripeApiError(`No such ${kind}: '${cursor}'`, { code: "resource_missing", param });
  }
  return new Set(all.slice(0, index).map((item) => item.id));
}

/** Newest first. Stripe's timestamps have whole seconds; within one, the later object comes first. */
export function newestFirst<T>(collection: Record<string, T>): T[] {
  return Object.values(collection).toReversed();
}

export function isWithin(
  seconds: number,
  bounds: { gt?: number; gte?: number; lt?: number; lte?: number } | undefined,
): boolean {
  if (bounds === undefined) return true;
  return (
    (bounds.gt === undefined || seconds > bounds.gt) &&
    (bounds.gte === undefined || seconds >= bounds.gte) &&
    (bounds.lt === undefined || seconds < bounds.lt) &&
    (bounds.lte === undefined || seconds <= bounds.lte)
  );
}

/** A filter that was not given lets everything pass. */
export function isSameOrAny(wanted: string | undefined, actual: string | null): boolean {
  return wanted === undefined || wanted === actual;
}
