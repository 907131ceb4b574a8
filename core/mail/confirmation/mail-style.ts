import type { ShopAppearance } from "../../shop-definition/appearance.ts";

/** Fonts that are on the reader's device already: a mail loads none. */
export const SANS = "system-ui,-apple-system,Segoe UI,Roboto,Helvetica,Arial,sans-serif";
export const SERIF = "Iowan Old Style,Palatino Linotype,Palatino,Georgia,serif";
export const MONO = "ui-monospace,SFMono-Regular,Menlo,Consolas,Liberation Mono,monospace";

/** Every color of a mail, made from the shop's three. Mail programs know no variables, and few know opacity. */
export interface MailColors {
  background: string;
  /** Behind the order. */
  panel: string;
  line: string;
  text: string;
  softText: string;
  button: string;
  buttonText: string;
  link: string;
}

export function lightColors({ accent, background, text }: ShopAppearance): MailColors {
  return {
    background,
    panel: mix(background, text, 0.06),
    line: mix(background, text, 0.22),
    text,
    softText: mix(background, text, 0.74),
    button: accent,
    buttonText: contrast(accent, "#ffffff") >= contrast(accent, "#000000") ? "#ffffff" : "#000000",
    // A pale accent makes a good button, but unreadable text.
    link: contrast(accent, background) >= 4.5 ? accent : text,
  };
}

/** The shop's own colors were chosen for a light page; in dark mode a mail uses these. */
const DARK_COLORS: MailColors = {
  background: "#0b1d22",
  panel: "#122c33",
  line: "#33525a",
  text: "#f3ead6",
  softText: "#b4c4c1",
  button: "#f3ead6",
  buttonText: "#0b1d22",
  link: "#8fcdd0",
};

/** Dark mode: everything with a color has a class, because only `!important` overrides a style on the element. */
export const MAIL_STYLE = `
@media (prefers-color-scheme: dark) {
.page { background-color: ${DARK_COLORS.background} !important; }
.panel { background-color: ${DARK_COLORS.panel} !important; }
.text { color: ${DARK_COLORS.text} !important; }
.soft { color: ${DARK_COLORS.softText} !important; }
.line { border-color: ${DARK_COLORS.line} !important; }
.link { color: ${DARK_COLORS.link} !important; }
.button { background-color: ${DARK_COLORS.button} !important; }
.button a { color: ${DARK_COLORS.buttonText} !important; border-color: ${DARK_COLORS.button} !important; }
.key { background-color: ${DARK_COLORS.background} !important; color: ${DARK_COLORS.text} !important; }
}
@media (max-width: 420px) {
.panel { padding-left: 16px !important; padding-right: 16px !important; }
}`;

function mix(one: string, other: string, share: number): string {
  const [a, b] = [channels(one), channels(other)];
  const mixed = a.map((value, index) => Math.round(value + ((b[index] ?? 0) - value) * share));
  return `#${mixed.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

/** 1 to 21: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = channels(color).map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function channels(color: string): number[] {
  return [1, 3, 5].map((start) => Number.parseInt(color.slice(start, start + 2), 16));
}
