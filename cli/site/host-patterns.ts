/**
 * Vercel writes sources in the manner of path-to-regexp: `:name`, `:name*`, `:name(\\d+)`, `(.*)`; what is in parentheses, at any depth, is
 * a regular expression. Undefined if it is not such a pattern: Vercel refuses it, too.
 * https://vercel.com/docs/project-configuration#headers
 */
export function vercelPattern(source: string): RegExp | undefined {
  let written = "";
  for (let at = 0; at < source.length;) {
    const { expression, end } = partAt(source, at);
    written += expression;
    at = end;
  }
  return wholePath(written);
}

/** Netlify's: `*` stands for anything, and a last `/*` for nothing as well; `:name` for one part of a path. */
export function netlifyPattern(path: string): RegExp | undefined {
  const written = path
    .replace(/(?<=.)\/$/, "")
    .split(/(\/\*$|\*|(?<=\/):\w+)/)
    .map((part) => {
      if (part === "/*") return "(?:/.*)?";
      if (part === "*") return ".*";
      return part.startsWith(":") ? "[^/]+" : escape(part);
    });
  return wholePath(written.join(""));
}

/** The text, to be found as it is by a regular expression. */
export function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

/** A literal character, or a name or a group with the slash before it, which is left out or repeated with it. */
function partAt(source: string, at: number): { expression: string; end: number } {
  const slash = source[at] === "/" ? "/" : "";
  const name = /^:\w+/.exec(source.slice(at + slash.length))?.[0] ?? "";
  const groupAt = at + slash.length + name.length;
  const group = groupAt < source.length && source[groupAt] === "(" ? groupIn(source, groupAt) : "";
  if (name === "" && group === "") {
    const length = source[at] === "\\" ? 2 : 1;
    return { expression: escape(source.slice(at + length - 1, at + length)), end: at + length };
  }
  const end = groupAt + group.length;
  const times = /^[*+?]/.exec(source.slice(end))?.[0] ?? "";
  const once = slash + (group === "" ? "[^/]+?" : group);
  return { expression: times === "" ? once : `(?:${once})${times}`, end: end + times.length };
}

/** From one parenthesis to the one that closes it. */
function groupIn(source: string, start: number): string {
  let depth = 0;
  for (let at = start; at < source.length; at += 1) {
    if (source[at] === "\\") at += 1;
    else if (source[at] === "(") depth += 1;
    else if (source[at] === ")") depth -= 1;
    if (depth === 0) return source.slice(start, at + 1);
  }
  return source.slice(start);
}

/** A last slash makes no difference. */
function wholePath(expression: string): RegExp | undefined {
  try {
    return new RegExp(`^${expression}/?$`);
  } catch {
    return undefined;
  }
}
