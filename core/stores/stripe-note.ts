export interface Note {
  text: string;
  version: number;
}

/** A note as it stands in the metadata of Stripe's product: `<version> <text>`. Undefined for what is none. */
export function parseNote(note: string | undefined): Note | undefined {
  const [, version, text] = /^(\d+) ?(.*)$/s.exec(note ?? "") ?? [];
  return version === undefined || text === undefined ? undefined : { text, version: Number(version) };
}
