import type { ShopDefinition } from "../shop-definition/shop-definition.ts";
import type { NotificationChannel } from "./create-notifier.ts";

/** Calls what shop.config.ts has for a purchase that becomes void, and for one that becomes valid again. */
export function createCodeChannel({ onRevoked, onRestored }: ShopDefinition): NotificationChannel {
  const codeFor = (kind: string): ShopDefinition["onRevoked"] => {
    if (kind === "revoked") return onRevoked;
    return kind === "restored" ? onRestored : undefined;
  };
  return {
    hears: (kind) => codeFor(kind) !== undefined,
    notify: async ({ notification, order }, attempt) => codeFor(notification.kind)?.(order, attempt),
  };
}
