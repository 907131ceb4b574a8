let format: Intl.DateTimeFormat | undefined;

/** The UTC day of a moment for people: `28 November 2026`. */
export function longDate(ms: number): string {
  // Making one takes longer than the whole rest of a mail, and most requests write no date.
  format ??= new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" });
  return format.format(ms);
}
