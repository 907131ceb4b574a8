import { expect, test } from "vitest";

import { createInboxPages } from "../../../cli/dev/inbox/inbox-pages.ts";
import { openMailbox } from "../../../cli/dev/inbox/mailbox.ts";

async function pageOf(contentType: string, body: string): Promise<string> {
  const mailbox = await openMailbox(undefined, () => 1_795_300_000_000);
  const raw = Buffer.from(`Subject: New order\r\nContent-Type: ${contentType}\r\n\r\n${body}\r\n`);
  const { id } = await mailbox.keep({
    from: "orders@shop.example",
    recipients: ["owner@shop.example"],
    raw,
  });
  const pages = createInboxPages({ mailbox, mood: { current: "works" }, sendsFor: undefined });
  const path = `/__dev/inbox/${id}`;
  const answer = await pages(new Request(`http://localhost${path}`), path);
  return (await answer?.text()) ?? "";
}

const tabsIn = (page: string) => [...page.matchAll(/href="\?view=(\w+)"/g)].map(([, name]) => name);

test("a text-only mail opens as text, and offers no empty view", async () => {
  const page = await pageOf("text/plain", "1 × Poster");
  expect(page).toMatch(/<pre class="mail">1 × Poster\s*<\/pre>/);
  expect(tabsIn(page)).toEqual(["text", "headers", "source"]);
});

test("a mail with HTML opens as a mail program shows it", async () => {
  const page = await pageOf("text/html", "<h1>Thank you</h1>");
  expect(page).toContain("<iframe");
  expect(tabsIn(page)).toEqual(["html", "phone", "text", "headers", "source"]);
});

test.each([
  ["works", "It takes every mail. See what happens to an order when it does not:"],
  ["busy", "It says “try again later”. Orders try again by themselves."],
  ["refuses", "It says “no such mailbox”. Orders then need your attention."],
] as const)("the inbox says what a mail server that %s does to orders", async (current, words) => {
  const mailbox = await openMailbox(undefined, () => 1_795_300_000_000);
  const pages = createInboxPages({ mailbox, mood: { current }, sendsFor: undefined });
  const answer = await pages(new Request("http://localhost/__dev/inbox"), "/__dev/inbox");
  expect(await answer?.text()).toContain(words);
});
