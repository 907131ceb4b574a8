import { filesOf } from "../files/order-files.ts";
import type { DownloadLinks } from "../files/download-links.ts";
import type { OrderSnapshot } from "../orders/order.ts";
import { priceSettings, type Site } from "../site.ts";
import type { Delivered } from "./delivered.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The page makes new links each time it is opened; the ones it has shown may be a day old when somebody comes back to it. */
const PAGE_LINKS_GOOD_FOR_MS = DAY_MS;

/** Long enough for a holiday. A mail that is older leads to the order page, which makes new ones. */
const MAIL_LINKS_GOOD_FOR_DAYS = 7;

export interface Deliveries {
  /** What each item of the order brought, in the order of its items, with links made now. Whether it may be handed out: `handOut`. */
  of(order: OrderSnapshot, reader: "page" | "mail"): Delivered[][];
}

export function createDeliveries(site: Site, links: DownloadLinks): Deliveries {
  const days = site.shop.downloadLinkDays ?? MAIL_LINKS_GOOD_FOR_DAYS;
  const goodForMs = { page: PAGE_LINKS_GOOD_FOR_MS, mail: days * DAY_MS } as const;
  const note = days === 1 ? "The link works for one day." : `The link works for ${days} days.`;

  return {
    of: (order, reader) =>
      order.items.map((item) => {
        const files = filesOf(item, site);
        return (priceSettings(site, item).deliver ?? []).flatMap((delivery): Delivered[] => {
          const { kind } = delivery;
          if (kind === "link") return [{ kind, name: delivery.name, url: delivery.url }];
          if (kind === "text") return [{ kind, name: delivery.name, text: delivery.text }];
          const file = files.find(({ name }) => name === delivery.name);
          if (kind !== "file" || file === undefined) return [];
          const url = links.urlOf(order.orderId, file.id, goodForMs[reader]);
          return [{ kind: "download", name: file.name, url, ...(reader === "mail" && { note }) }];
        });
      }),
  };
}
