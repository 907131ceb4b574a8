import type { ShopDefinition } from "../shop-definition/shop-definition.ts";
import type { NewsChannel } from "./news-desk.ts";

/** Calls what shop.config.ts has for a purchase that becomes void, and for one that becomes valid again. */
export function createCodeChannel({ onRevoked, onRestored }: ShopDefinition): NewsChannel {
  const codeFor = (kind: string): ShopDefinition["onRevoked"] => {
    if (kind === "revoked") return onRevoked;
    return kind === "restored" ? onRestored : undefined;
  };
  return {
    hears: (kind) => codeFor(kind) !== undefined,
    tell: async ({ news, order }, attempt) => codeFor(news.kind)?.(order, attempt),
  };
}
