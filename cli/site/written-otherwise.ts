export interface OtherName {
  name: string;
  /** In words: "which differs in …". */
  difference: string;
}

/** A name that looks like the wanted one, though the hosts tell them apart. */
export function writtenOtherwise(wanted: string, names: Iterable<string>): OtherName | undefined {
  const all = [...names];
  const composed = all.find((name) => name.normalize("NFC") === wanted.normalize("NFC"));
  if (composed !== undefined) {
    return {
      name: composed,
      difference:
        "which looks the same and is written differently: its accented letters are stored as letter and accent in the one and as one character in the other, as some programs on a Mac do",
    };
  }
  const folded = all.find((name) => fold(name) === fold(wanted));
  if (folded === undefined) return undefined;
  return { name: folded, difference: "which differs in capital and small letters, and they count" };
}

function fold(name: string): string {
  return name.normalize("NFC").toLowerCase();
}
