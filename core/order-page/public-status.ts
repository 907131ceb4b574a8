import * as z from "zod/mini";

const yes = z.literal(true);

/** What anyone who knows the session's id may see. */
export const publicStatus = z.object({
  state: z
    .enum(["open", "awaiting_payment", "paid", "fulfilled", "payment_failed", "expired"])
    .check(z.describe("`open`: checkout is not finished. `paid`: the money is in, delivery is under way.")),
  mode: z.enum(["payment", "subscription"]),
  items: z.array(z.object({ name: z.string(), quantity: z.int(), amountMinor: z.int() })),
  currency: z.string(),
  totalMinor: z.int(),
  shippingMinor: z
    .exactOptional(z.int())
    .check(
      z.describe("Lines and shipping add up to the total. 0 is free; absent if there is no shipping cost."),
    ),
  discountMinor: z.exactOptional(z.int()).check(z.describe("Already taken off the amounts.")),
  needsShipping: z
    .exactOptional(yes)
    .check(z.describe("Something has to be shipped. The address stays private.")),
  isTrial: z.exactOptional(yes).check(z.describe("The subscription began with a trial.")),
  checkoutUrl: z
    .exactOptional(z.url())
    .check(z.describe("Stripe's page, while the buyer can still pay there.")),
  revoked: z
    .exactOptional(yes)
    .check(z.describe("The purchase is void: refunded in full, a dispute lost, a subscription ended.")),
  paused: z
    .exactOptional(yes)
    .check(z.describe("The subscription is paused: nothing is handed out until it resumes.")),
});

export type PublicStatus = z.infer<typeof publicStatus>;
