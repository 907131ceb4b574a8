import type { PageThing } from "./page-things.ts";

/** What a stylesheet loads, each with its line: other styles, fonts, pictures. */
export function thingsOfStyle(css: string): PageThing[] {
  const text = css.replaceAll(/\/\*[\s\S]*?\*\//g, blank);
  const imports = [...text.matchAll(/@import\s+(?:url\(\s*)?["']?([^"')\s;]+)/gi)];
  const withoutImports = text.replaceAll(/@import[^;]*/gi, blank);
  const fonts = [...withoutImports.matchAll(/@font-face\s*\{[^}]*\}/gi)];
  const files = [...withoutImports.matchAll(/\burl\(\s*["']?([^"')\s]+)/gi)];

  const toThing = (found: RegExpExecArray, directive: string, what: string): PageThing => {
    const line = text.slice(0, found.index).split("\n").length;
    return { kind: "address", line, directive, what, written: found[1] ?? "" };
  };
  const isFont = ({ index }: RegExpExecArray) =>
    fonts.some((font) => index >= font.index && index < font.index + font[0].length);
  return [
    ...imports.map((found) => toThing(found, "style-src-elem", "the style")),
    ...files.map((found) =>
      isFont(found) ? toThing(found, "font-src", "the font") : toThing(found, "img-src", "the picture"),
    ),
  ];
}

/** Blanks in its place, so that lines and places stay. */
function blank(text: string): string {
  return text.replaceAll(/[^\n]/g, " ");
}
