import type { Refusal } from "./refusals.ts";

/** What browsers refuse, because of which policy, and what the owner does about it; without the place. */
export function refusalSentence(refusal: Refusal, folder: string, elsewhere: string): string {
  const { thing, address } = refusal;
  const by = `the Content-Security-Policy in ${refusal.policyFiles.join(" and ")}`;
  if (thing.kind === "inline" || address === undefined) {
    const [what, remedy] = inlineWords(thing.what, folder);
    return `browsers refuse ${what}${elsewhere} because of ${by}. ${remedy}`;
  }
  const allow = `${change(refusal, address)} ${by}`;
  switch (thing.directive) {
    case "base-uri":
      return `browsers ignore this <base>${elsewhere} because of ${by}. Take it out, and begin the addresses of the page with a slash.`;
    case "form-action":
      return `browsers refuse to send ${thing.what} to ${shown(address)}${elsewhere}. Please ${allow}.`;
    case "connect-src":
      return `browsers refuse ${thing.what} to ${shown(address)}${elsewhere}. Please ${allow}.`;
    case "frame-src":
    case "object-src":
      return `browsers refuse ${thing.what} ${shown(address)}${elsewhere}. Link to it instead, or ${allow}.`;
    default:
      return isOwn(address)
        ? `browsers refuse ${thing.what} ${shown(address)}${elsewhere}. Please ${allow}.`
        : `browsers refuse ${thing.what} ${shown(address)}${elsewhere}. Put the file into ${folder}/ and load it from there, or ${allow}.`;
  }
}

function inlineWords(what: string, folder: string): [string, string] {
  switch (what) {
    case "script":
      return [
        "this inline <script>",
        `Move it into a file of its own in ${folder}/, and load that with <script src="…" defer>.`,
      ];
    case "style":
      return ["this inline <style>", `Move it into a stylesheet in ${folder}/.`];
    case "style=":
      return ['this style="…"', "Give the element a class, and write the style into a stylesheet."];
    case "javascript:":
      return [
        "this javascript: address",
        "Use a <button>, and let a script file listen to it with addEventListener.",
      ];
    default:
      return [`this ${what}"…"`, "Move it into a script file, as a listener: addEventListener."];
  }
}

/** `add https://images.example to img-src of` */
function change({ directive, isNew }: Refusal, address: URL): string {
  const source = sourceOf(address);
  if (!isNew) return `add ${source} to ${directive} of`;
  return `add "${directive} ${source === "'self'" ? source : `'self' ${source}`}" to`;
}

function sourceOf(address: URL): string {
  if (isOwn(address)) return "'self'";
  return address.origin === "null" ? address.protocol : address.origin;
}

function isOwn({ hostname }: URL): boolean {
  return hostname === "site.invalid";
}

/** An address that holds its own content, such as a picture in data:, is long. */
function shown(address: URL): string {
  if (isOwn(address)) return address.pathname;
  return address.origin === "null" ? `${address.protocol}…` : address.href;
}
