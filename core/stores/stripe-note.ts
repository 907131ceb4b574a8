import type { Metadata } from "../stripe/metadata.ts";
import { notesAt } from "./notes-at.ts";

export interface Note {
  text: string;
  version: number;
}

/** A note as it stands in the metadata of Stripe's product: `<version> <text>`. Undefined if it is not a note. */
export function parseNote(note: string | undefined): Note | undefined {
  const [, version, text] = /^(\d+) ?(.*)$/s.exec(note ?? "") ?? [];
  return version === undefined || text === undefined ? undefined : { text, version: Number(version) };
}

/** The notes of this name that shops without a name have left at any of these hosts, without duplicates. */
export function notesOfHosts(
  name: string,
  hosts: ReadonlySet<string>,
  notes: Metadata | undefined,
): readonly Note[] {
  const names = new Set([...hosts].map((host) => nameAt(name, host)));
  return [...names].flatMap((one) => parseNote(notes?.[one]) ?? []);
}

function nameAt(name: string, host: string): string {
  const at = notesAt(host);
  return at === undefined ? name : `${name}@${at}`;
}
