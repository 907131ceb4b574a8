import * as z from "zod/mini";

import type { Deliveries } from "./deliveries.ts";
import { isTerminal } from "../orders/control-record.ts";
import { accessOf } from "../orders/access.ts";
import { mailRecipient } from "../orders/mail-recipient.ts";
import type { KnownOrder } from "../orders/known-order.ts";

/** Where the rest of an order is, for a browser that cannot prove that it is the buyer's. */
export const wayBackSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("mail").check(z.describe("In the mail that was sent.")),
    to: z
      .string()
      .check(z.describe("Only the first letter of the address, `a…`, so that the buyer recognizes it.")),
  }),
  z.object({
    kind: z.literal("browser").check(z.describe("In the browser that bought, and nowhere else.")),
    supportEmail: z.exactOptional(z.string()),
  }),
]);

export type WayBack = z.infer<typeof wayBackSchema>;

/** Undefined when there is nothing more to show, or not yet, or no longer. */
export function wayBack(
  { snapshot, control }: KnownOrder,
  shop: { deliveries: Deliveries; sendsMail: boolean; supportEmail: string | undefined },
): WayBack | undefined {
  if (accessOf(control).kind !== "granted") return undefined;
  const email = mailRecipient(snapshot);
  if (shop.sendsMail && email !== undefined) {
    if (wasMailed(control)) return { kind: "mail", to: firstLetterOf(email) };
    // The mail is still on its way.
    if (!isTerminal(control)) return undefined;
  }
  if (!shop.deliveries.any(snapshot)) return undefined;
  const { supportEmail } = shop;
  return { kind: "browser", ...(supportEmail !== undefined && { supportEmail }) };
}

export function wasMailed({ steps }: KnownOrder["control"]): boolean {
  return steps["mail"]?.state === "done";
}

/** Never the whole part before the @, and nothing after it. */
function firstLetterOf(email: string): string {
  const [first = "", ...others] = email.slice(0, email.lastIndexOf("@"));
  return others.length === 0 ? "…" : `${first}…`;
}
