import { minorDigits } from "../../../core/format/money.ts";

/** What a person writes, 12.50 or 12,50, in minor units; undefined when it is no amount of that currency. */
export function parseAmount(text: string, currency: string): number | undefined {
  const digits = minorDigits(currency);
  const [, whole, fraction = ""] = /^(\d{1,9})(?:[.,](\d{1,3}))?$/.exec(text.trim()) ?? [];
  if (whole === undefined || fraction.length > digits) return undefined;
  return Number(whole + fraction.padEnd(digits, "0"));
}
