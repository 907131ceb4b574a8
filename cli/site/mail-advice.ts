import type { Environment } from "../../core/config/environment.ts";
import { deliversSomething } from "../../core/delivery/delivers-something.ts";
import type { ShopDefinition } from "../../core/shop-definition/shop-definition.ts";

/**
 * Advice for an owner whose shop delivers something but sends no mail; undefined for all others. It is not a mistake: for some shops
 * Stripe's receipts and the link on the order page are enough.
 */
export function mailAdvice(
  shop: Pick<ShopDefinition, "prices">,
  environment: Environment,
): string | undefined {
  if (environment["SMTP_URL"] || !deliversSomething(shop)) return undefined;
  return "SMTP_URL is not set here. Without it your shop sends no mails. Buyers then reach their downloads and keys only in the browser they bought with, for 30 days, or through a link that they save from the order page. To mail them, set SMTP_URL and MAIL_FROM: docs/orders.md.";
}
