import { expect, test } from "vitest";

import { mailAdvice } from "../../../cli/site/mail-advice.ts";

const DELIVERS = {
  prices: { ebook: { deliver: [{ kind: "file", name: "Book", file: "private/book.epub" }] } },
} as const;
const POSTS = { prices: { poster: { maxQuantity: 10 } } };

test("M09: an owner who delivers something and sends no mail is told what that means for buyers, and what to set", () => {
  for (const environment of [{}, { SMTP_URL: "" }]) {
    expect(mailAdvice(DELIVERS, environment)).toMatch(/^SMTP_URL is not set here\..*30 days.*set SMTP_URL/);
  }
  expect(mailAdvice(DELIVERS, { SMTP_URL: "smtps://u:p@smtp.example.com:465" })).toBeUndefined();
  expect(mailAdvice(POSTS, {})).toBeUndefined();
  expect(mailAdvice({}, {})).toBeUndefined();
});
