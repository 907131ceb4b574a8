import type Stripe from "stripe";

import type { Deadline } from "../retry/deadline.ts";
import { listPages } from "./list-pages.ts";

/** Stripe takes no more types in one call: https://docs.stripe.com/api/events/list */
const MOST_TYPES = 20;

/** Separates the places of several lists. No id of Stripe's contains it. */
const BETWEEN = ",";
const NOT_BEGUN = "-";

export interface ListedEvent {
  event: Stripe.Event;
  /** Where all lists can be resumed: the next `after`. */
  cursor: string;
}

export type EventFilter = Omit<
  Stripe.EventListParams,
  "type" | "types" | "starting_after" | "ending_before"
> & {
  /** A `cursor`; undefined begins with the newest. */
  after?: string | undefined;
};

/**
 * Events of any number of types, newest first. If one call of Stripe's does not take all types, several lists are read side by side.
 * Each list has a place of its own in the cursor: within one second two lists cannot tell which of their events comes first. With a
 * deadline every page is fetched within the time that is left.
 * @throws when Stripe cannot be asked.
 */
export async function* listEvents(
  stripe: Stripe,
  types: readonly string[],
  { after, limit, ...filter }: EventFilter,
  deadline?: Deadline,
): AsyncIterable<ListedEvent> {
  const places = after?.split(BETWEEN) ?? [];
  const lists = inParts(types).map((part, index) => {
    const place = places[index] ?? NOT_BEGUN;
    const events = listPages(
      (page, options) => stripe.events.list({ ...filter, types: [...part], ...page }, options),
      deadline,
      { limit, after: place === NOT_BEGUN ? undefined : place },
    );
    return { events, place };
  });
  const heads = await Promise.all(lists.map(({ events }) => next(events)));

  for (;;) {
    const newest = indexOfNewest(heads);
    const [list, event] = [lists[newest], heads[newest]];
    if (list === undefined || event === undefined) return;
    list.place = event.id;
    yield { event, cursor: lists.map(({ place }) => place).join(BETWEEN) };
    heads[newest] = await next(list.events);
  }
}

function inParts(types: readonly string[]): (readonly string[])[] {
  const count = Math.ceil(types.length / MOST_TYPES);
  return Array.from({ length: count }, (_, index) =>
    types.slice(index * MOST_TYPES, (index + 1) * MOST_TYPES),
  );
}

async function next(events: AsyncIterator<Stripe.Event>): Promise<Stripe.Event | undefined> {
  const result = await events.next();
  return result.done === true ? undefined : result.value;
}

/** -1 when every list has ended. */
function indexOfNewest(heads: readonly (Stripe.Event | undefined)[]): number {
  const newest = Math.max(...heads.map((event) => event?.created ?? -Infinity));
  return heads.findIndex((event) => event !== undefined && event.created === newest);
}
