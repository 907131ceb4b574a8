import type { DownloadCounter } from "../delivery/files/download-counter.ts";
import type { Counters } from "./counters.ts";
import type { OrderStore } from "../orders/order-store.ts";
import type { Bookkeeping } from "./bookkeeping.ts";
import type { EventLog } from "../webhook/event-log.ts";
import type { TableGuard } from "./table-guard.ts";

/** Everything a shop keeps, in one place. */
export interface Storage {
  /** `stripe`, `dynamodb` or `memory`. */
  name: string;
  orders: OrderStore;
  events: EventLog;
  bookkeeping: Bookkeeping;
  downloads: DownloadCounter;
  /** Shared by all instances if there is a database; otherwise each instance counts alone. */
  counters: Counters;
  /** For a table: checks that it is the one that was written last. `unguarded` are its orders without this check. */
  guard?: TableGuard;
  unguarded?: OrderStore;
  /** For orders in Stripe: whether some that count as this shop's have moved to a table. */
  hasMovedToTable?: () => Promise<boolean>;
}
