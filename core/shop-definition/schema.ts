import * as z from "zod/mini";

import { PRICE_NAME } from "./catalog.ts";
import type { PriceSettings, ShopDefinition } from "./shop-definition.ts";
import { checkoutSchema } from "./checkout-schema.ts";
import { deliverablesSchema } from "./deliverable-schema.ts";
import { absoluteUrl, color, mailAddress, matching, ownCode, text, whole } from "./fields.ts";

const priceSchema: z.ZodMiniType<PriceSettings> = z.strictObject({
  maxQuantity: z.exactOptional(whole(1, 999)),
  deliver: z.exactOptional(deliverablesSchema),
  checkout: z.exactOptional(checkoutSchema),
});

const LOGO_URL =
  "must be an address that begins with https://, or a path on your site such as /images/logo.png.";

/** What `shop.config.ts` may export; strict, so that a misspelled field is found. */
export const definitionSchema: z.ZodMiniType<ShopDefinition> = z.strictObject({
  name: z.exactOptional(text(100)),
  supportEmail: z.exactOptional(mailAddress),
  colors: z.exactOptional(
    z.strictObject({
      accent: z.exactOptional(color),
      background: z.exactOptional(color),
      text: z.exactOptional(color),
    }),
  ),
  logoUrl: z.exactOptional(
    z.union([absoluteUrl(LOGO_URL), matching(/^\/(?!\/)/, LOGO_URL)], {
      error: LOGO_URL,
    }),
  ),
  prices: z.exactOptional(
    z.record(
      matching(PRICE_NAME, "is not a price id (price_…) or a lookup key: letters, digits and _ - . : only."),
      priceSchema,
    ),
  ),
  checkout: z.exactOptional(checkoutSchema),
  apiDocs: z.exactOptional(z.boolean({ error: "must be true or false." })),
  downloadLinkDays: z.exactOptional(whole(1, 90)),
  pages: z.exactOptional(
    matching(/^(?!\/|\.\.)(?!.*\/\.\.(?:\/|$))[^\\]+$/, 'must be a folder of this project, such as "_site".'),
  ),
  onPaid: z.exactOptional(ownCode<NonNullable<ShopDefinition["onPaid"]>>()),
  onRevoked: z.exactOptional(ownCode<NonNullable<ShopDefinition["onRevoked"]>>()),
  onRestored: z.exactOptional(ownCode<NonNullable<ShopDefinition["onRestored"]>>()),
});
