import type { Delivered } from "../delivery/delivered.ts";
import type { ShopAppearance } from "../shop-definition/appearance.ts";
import type { SumRow } from "./sum-rows.ts";

/** What both forms of the mail say, as text: no line breaks, nothing escaped yet. */
export interface ConfirmationWords {
  headline: string;
  greeting: string;
  opening: string;
  orderNumber: string;
  orderedOn: string;
  lines: readonly ConfirmationLine[];
  /** Between the lines and the total. */
  sums: readonly SumRow[];
  total: string;
  /** What the total already includes, a sentence each. */
  included: readonly string[];
  /** What the buyer paid in their own currency. */
  paid: string | undefined;
  orderUrl: string;
  shop: ShopAppearance;
}

export interface ConfirmationLine {
  name: string;
  quantity: number;
  amount: string;
  deliveries: readonly Delivered[];
}
