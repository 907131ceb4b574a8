import type { DownloadLinks } from "./files/download-links.ts";
import { fileIdOf } from "./files/order-files.ts";
import type { LicenseSigner } from "./licenses/license-signer.ts";
import { licensesOf } from "./licenses/licenses-of.ts";
import { endOfOrderDay } from "../orders/order-day.ts";
import type { OrderItem, OrderSnapshot } from "../orders/order.ts";
import { priceSettings, type Site } from "../shop-definition/site.ts";
import type { Delivered } from "./delivered.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * Hosts write addresses into their logs, and with them the tokens of these links. The page makes new ones each time it is opened, and
 * every half hour while it stays open.
 */
const PAGE_LINKS_GOOD_FOR_MS = HOUR_MS;

/** Long enough for a weekend. An older mail leads to the order page, which makes new ones. */
const MAIL_LINKS_GOOD_FOR_DAYS = 3;

export interface Deliveries {
  /**
   * What each item of the order brought, in the order of its items, with links made now. `accessOf` tells whether the buyer may have it.
   */
  of(order: OrderSnapshot, reader: "page" | "mail"): Delivered[][];
  /** True when some item of the order brings something. It signs no links, so it is safe to call for anyone. */
  any(order: OrderSnapshot): boolean;
}

export interface DeliveriesDependencies {
  site: Site;
  links: DownloadLinks;
  licenseSigner: LicenseSigner;
  now: () => number;
}

export function createDeliveries({ site, links, licenseSigner, now }: DeliveriesDependencies): Deliveries {
  const days = site.shop.downloadLinkDays ?? MAIL_LINKS_GOOD_FOR_DAYS;
  const goodUntilMs = {
    page: () => now() + PAGE_LINKS_GOOD_FOR_MS,
    mail: ({ createdMs }: OrderSnapshot) => endOfOrderDay(createdMs, now() + days * DAY_MS),
  } as const;
  const note = days === 1 ? "The link works for one day." : `The link works for ${days} days.`;

  return {
    any: ({ items }) => items.some((item) => (priceSettings(site, item).deliver ?? []).length > 0),

    of(order, reader) {
      // Without a key to sign with, the license keys are left to the owner, and the buyer gets the rest.
      const licenses = licenseSigner.canIssue ? licensesOf(order, site, licenseSigner) : [];

      const ofItem = (item: OrderItem): Delivered[] => {
        const deliverables = priceSettings(site, item).deliver ?? [];
        return deliverables.flatMap((deliverable): Delivered[] => {
          switch (deliverable.kind) {
            case "link":
            case "text":
              return [deliverable];
            case "license": {
              // The licenses come in the order of the items, as this loop does.
              const { name = "", keys = [] } = licenses.shift() ?? {};
              return keys.map((key) => ({ kind: "license", name, key }));
            }
            case "file": {
              const { name } = deliverable;
              const url = links.urlOf(order.orderId, fileIdOf(item, name), goodUntilMs[reader](order));
              return [{ kind: "download", name, url, ...(reader === "mail" && { note }) }];
            }
          }
        });
      };
      return order.items.map(ofItem);
    },
  };
}
