import { DARK_COLORS } from "./mail-colors.ts";

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
