import type { ShopDefinition } from "./shop-definition.ts";

/** How the shop looks where it writes to buyers: in mails. */
export interface ShopAppearance {
  name: string;
  /** Where buyers write to when something is wrong. */
  supportEmail: string | undefined;
  /** An absolute address. A mail must do without it: many programs show no images. */
  logoUrl: string | undefined;
  /** `#rrggbb`: buttons and links. */
  accent: string;
  background: string;
  text: string;
}

/** Fills in what is missing: the name is the host's, the colors are those of the demo shop. */
export function shopAppearance(
  settings: Pick<ShopDefinition, "name" | "supportEmail" | "colors" | "logoUrl">,
  siteUrl: string,
): ShopAppearance {
  const { name, supportEmail, colors = {}, logoUrl } = settings;
  return {
    name: name ?? new URL(siteUrl).hostname.replace(/^www\./, ""),
    supportEmail,
    logoUrl: logoUrl === undefined ? undefined : new URL(logoUrl, `${siteUrl}/`).href,
    accent: colors.accent ?? "#12434d",
    background: colors.background ?? "#faf5ea",
    text: colors.text ?? "#0c2a31",
  };
}
