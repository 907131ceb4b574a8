import { attribute, elementsOf, lineOf, parentOf, textOf, type Element } from "../html-tree.ts";

/** Something on a page that a Content-Security-Policy may refuse. */
export type PageThing = { line: number; directive: string } & (
  | { kind: "address"; what: string; written: string; nonce?: string | undefined }
  | { kind: "inline"; what: string; text: string; nonce?: string | undefined }
);

/** Everything that a page loads, sends or has in itself, in the page's order. */
export function thingsOf(html: string): PageThing[] {
  return elementsOf(html).flatMap((element) => [...loadedBy(element), ...inlineIn(element)]);
}

/** What `<base>` says; undefined without one. */
export function baseOf(html: string): string | undefined {
  const base = elementsOf(html).find((element) => element.tagName === "base");
  return base && attribute(base, "href");
}

/** The policy that a page brings along. https://html.spec.whatwg.org/multipage/semantics.html#attr-meta-http-equiv-content-security-policy */
export function metaPoliciesOf(html: string): string[] {
  return elementsOf(html)
    .filter(
      (element) =>
        element.tagName === "meta" &&
        attribute(element, "http-equiv")?.toLowerCase() === "content-security-policy",
    )
    .flatMap((element) => attribute(element, "content") ?? []);
}

function loadedBy(element: Element): PageThing[] {
  const address = (directive: string, what: string, name: string): PageThing[] => {
    const written = attribute(element, name);
    if (written === undefined || isScriptAddress(written)) return [];
    const nonce = attribute(element, "nonce");
    return [{ kind: "address", line: lineOf(element, name), directive, what, written, nonce }];
  };
  switch (element.tagName) {
    case "script":
      return isExecuted(element) ? address("script-src-elem", "the script", "src") : [];
    case "link":
      return address(...(directiveOfLink(element) ?? ["", ""]), "href").filter(({ directive }) => directive);
    case "img":
      return [...address("img-src", "the picture", "src"), ...pictureSet(element)];
    case "image":
      return [
        ...address("img-src", "the picture", "href"),
        ...address("img-src", "the picture", "xlink:href"),
      ];
    case "input":
      return attribute(element, "type")?.toLowerCase() === "image"
        ? [...address("img-src", "the picture", "src"), ...address("form-action", "the form", "formaction")]
        : address("form-action", "the form", "formaction");
    case "video":
      return [...address("media-src", "the video", "src"), ...address("img-src", "the picture", "poster")];
    case "audio":
      return address("media-src", "the sound", "src");
    case "source":
      return parentOf(element)?.tagName === "picture"
        ? pictureSet(element)
        : address("media-src", "the file", "src");
    case "track":
      return address("media-src", "the subtitles", "src");
    case "iframe":
    case "frame":
      return address("frame-src", "the frame", "src");
    case "embed":
      return address("object-src", "the object", "src");
    case "object":
      return address("object-src", "the object", "data");
    case "form":
      return attribute(element, "method")?.toLowerCase() === "dialog"
        ? []
        : address("form-action", "the form", "action");
    case "button":
      return address("form-action", "the form", "formaction");
    case "base":
      return address("base-uri", "the base address", "href");
    default:
      return [];
  }
}

/** What a `<link>` loads; the rest, such as `canonical`, loads nothing. */
function directiveOfLink(link: Element): [string, string] | undefined {
  const kinds = attribute(link, "rel")?.toLowerCase().split(/\s+/) ?? [];
  if (kinds.includes("stylesheet")) return ["style-src-elem", "the style"];
  if (kinds.some((kind) => ["icon", "apple-touch-icon", "mask-icon"].includes(kind)))
    return ["img-src", "the icon"];
  if (kinds.includes("manifest")) return ["manifest-src", "the manifest"];
  if (kinds.includes("modulepreload")) return ["script-src-elem", "the script"];
  return kinds.includes("preload") ? PRELOADED[attribute(link, "as")?.toLowerCase() ?? ""] : undefined;
}

const PRELOADED: Readonly<Record<string, [string, string]>> = {
  script: ["script-src-elem", "the script"],
  style: ["style-src-elem", "the style"],
  image: ["img-src", "the picture"],
  font: ["font-src", "the font"],
  audio: ["media-src", "the sound"],
  video: ["media-src", "the video"],
  fetch: ["connect-src", "the file"],
};

/** `srcset="a.jpg 1x, b.jpg 2x"`: commas may stand in an address, but not at its end. */
function pictureSet(element: Element): PageThing[] {
  const set = attribute(element, "srcset") ?? "";
  const line = lineOf(element, "srcset");
  return set
    .split(/,\s+/)
    .map((candidate) => candidate.trim().split(/\s+/)[0] ?? "")
    .filter((written) => written !== "")
    .map((written) => ({ kind: "address", line, directive: "img-src", what: "the picture", written }));
}

function inlineIn(element: Element): PageThing[] {
  const nonce = attribute(element, "nonce");
  const found: PageThing[] = [];
  const text = element.tagName === "script" || element.tagName === "style" ? textOf(element) : "";
  if (
    element.tagName === "script" &&
    isExecuted(element) &&
    attribute(element, "src") === undefined &&
    text.trim()
  )
    found.push({
      kind: "inline",
      line: lineOf(element),
      directive: "script-src-elem",
      what: "script",
      text,
      nonce,
    });
  if (element.tagName === "style" && text.trim())
    found.push({
      kind: "inline",
      line: lineOf(element),
      directive: "style-src-elem",
      what: "style",
      text,
      nonce,
    });
  for (const { name, value } of element.attrs) {
    const line = lineOf(element, name);
    if (name === "style" && value.trim())
      found.push({ kind: "inline", line, directive: "style-src-attr", what: "style=", text: value });
    if (/^on[a-z]+$/.test(name))
      found.push({ kind: "inline", line, directive: "script-src-attr", what: `${name}=`, text: value });
    if (ADDRESSES.has(name) && isScriptAddress(value))
      found.push({
        kind: "inline",
        line,
        directive: "script-src-elem",
        what: "javascript:",
        text: value.trim(),
      });
  }
  return found;
}

const ADDRESSES: ReadonlySet<string> = new Set(["href", "src", "action", "formaction"]);

/** Browsers drop blanks and line ends from it. */
function isScriptAddress(written: string): boolean {
  return /^\s*j\s*a\s*v\s*a\s*s\s*c\s*r\s*i\s*p\s*t\s*:/i.test(written);
}

/** Data in a `<script>`, such as JSON-LD or a template, is not executed, and no policy refuses it. */
function isExecuted(script: Element): boolean {
  const type = attribute(script, "type")?.toLowerCase().split(";")[0]?.trim() ?? "";
  if (["", "module", "importmap", "speculationrules"].includes(type)) return true;
  return /^(?:text|application)\/(?:x-)?(?:java|ecma)script$/.test(type);
}
