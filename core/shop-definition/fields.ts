import * as z from "zod/mini";

import { isMailAddress } from "../format/mail-address.ts";

/** Every error says how the field must be; its path is put in front. */
export const text = (maxLength = 5_000) => {
  const error = `must be a text of at most ${maxLength} characters, and not empty.`;
  return z.string({ error }).check(z.minLength(1, { error }), z.maxLength(maxLength, { error }));
};
export const matching = (pattern: RegExp, error: string) =>
  z.string({ error }).check(z.regex(pattern, { error }));
export const whole = (min: number, max: number) => {
  const error = `must be a whole number from ${min} to ${max}.`;
  return z.int({ error }).check(z.gte(min, { error }), z.lte(max, { error }));
};
export const flag = z.boolean({ error: "must be true or false." });
export const color = matching(/^#[0-9a-f]{6}$/i, "must be a color such as #0b6b75.");
export const currency = matching(/^[a-z]{3}$/, 'must be three lowercase letters, such as "eur".');
const MAIL_ADDRESS = "must be a mail address, such as help@shop.example.";
export const mailAddress = z
  .string({ error: MAIL_ADDRESS })
  .check(z.refine(isMailAddress, { error: MAIL_ADDRESS }));
export const ownCode = <T>() =>
  z.custom<T>((value) => typeof value === "function", { error: "must be a function." });

export const absoluteUrl = (error: string) =>
  z
    .string({ error })
    .check(z.refine((url) => URL.canParse(url) && new URL(url).protocol === "https:", { error }));
