import type { OrderPageLinks } from "../../auth/order-page-links.ts";
import type { Deliveries } from "../../delivery/deliveries.ts";
import type { Config } from "../../config/config.ts";
import type { OrderSnapshot } from "../../orders/order.ts";
import { isolate } from "../../format/isolate.ts";
import { shopAppearance } from "../../shop-definition/appearance.ts";
import type { Site } from "../../shop-definition/site.ts";
import type { Mail } from "../mailer.ts";
import { confirmationHtml } from "./confirmation-html.ts";
import { confirmationText } from "./confirmation-text.ts";
import { confirmationWords, type Confirmation } from "./confirmation-words.ts";

/** The mail about an order, with links made now. */
export type ComposeConfirmation = (order: OrderSnapshot) => Promise<Omit<Mail, "to">>;

/** Writes confirmations in this shop's name. What shop.config.ts leaves out comes from the mail's sender. */
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
}): ComposeConfirmation {
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

/** The mail a buyer gets once the money is in. */
export function orderConfirmation(confirmation: Confirmation): Omit<Mail, "to"> {
  const words = confirmationWords(confirmation);
  return {
    subject: `Your order at ${isolate(words.shop.name)}`,
    text: confirmationText(words),
    html: confirmationHtml(words),
  };
}
