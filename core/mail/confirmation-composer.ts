import type { OrderPageLinks } from "../claims/order-page-links.ts";
import type { Deliveries } from "../deliveries/deliveries-of.ts";
import type { Config } from "../config.ts";
import type { MailStepDependencies } from "../fulfillment/mail-step.ts";
import { shopAppearance } from "../shop-appearance.ts";
import type { Site } from "../site.ts";
import { orderConfirmation } from "./order-confirmation.ts";

/** Writes confirmations in this shop's name. What shop.config.ts leaves out is taken from the mail's sender. */
export function createConfirmationComposer({
  config: { siteUrl, mail },
  site,
  orderPages,
  deliveries,
}: {
  config: Pick<Config, "siteUrl" | "mail">;
  site: Site;
  orderPages: OrderPageLinks;
  deliveries: Deliveries;
}): MailStepDependencies["compose"] {
  const name = site.shop.name ?? mail?.from.name;
  const supportEmail = site.shop.supportEmail ?? mail?.replyTo;
  const shop = shopAppearance(
    {
      ...site.shop,
      ...(name !== undefined && { name }),
      ...(supportEmail !== undefined && { supportEmail }),
    },
    siteUrl,
  );
  return async (order) =>
    orderConfirmation({
      order,
      shop,
      orderUrl: orderPages.urlOf(order),
      deliveries: deliveries.of(order, "mail"),
    });
}
