import type { Environment } from "../../core/config.ts";
import { deliversSomething } from "../../core/deliveries/delivers-something.ts";
import type { ShopDefinition } from "../../core/shop-definition.ts";

/**
 * What an owner should know who delivers something and sends no mail; undefined where that is not so. Only advice: Stripe's receipts
 * and the link that the order page offers do for some shops.
 */
export function mailAdvice(
  shop: Pick<ShopDefinition, "prices">,
  environment: Environment,
): string | undefined {
  if (environment["SMTP_URL"] || !deliversSomething(shop)) return undefined;
  return "SMTP_URL is not set here. Without it your shop sends no mails, and buyers get at their downloads and keys in the browser they bought with, for 30 days, or by a link that they save from the order page. To mail them, set SMTP_URL and MAIL_FROM: docs/orders.md.";
}
