import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import PostalMime, { type Email } from "postal-mime";

import type { ReceivedMail } from "./mail-server.ts";

/** A mail as a mail program knows it. */
export interface KeptMail {
  id: string;
  receivedMs: number;
  /** The recipients in the envelope, whatever the headers say. */
  recipients: readonly string[];
  email: Email;
  source: string;
}

export interface Mailbox {
  keep(mail: ReceivedMail): Promise<KeptMail>;
  /** Newest first. */
  list(): readonly KeptMail[];
  find(id: string): KeptMail | undefined;
  empty(): Promise<void>;
}

const MOST_MAILS = 200;

/**
 * Every mail the shop has sent, as `.eml` files where there is a folder: any mail program opens those. Like a real server it writes
 * the envelope on top.
 */
export async function openMailbox(folder: string | undefined, now: () => number): Promise<Mailbox> {
  const mails: KeptMail[] = [];
  if (folder !== undefined) {
    await mkdir(folder, { recursive: true });
    const files = (await readdir(folder)).filter((name) => name.endsWith(".eml")).toSorted();
    for (const name of files.slice(-MOST_MAILS)) {
      mails.unshift(await parseMail(name.replace(/\.eml$/, ""), await readFile(join(folder, name))));
    }
  }
  let count = mails.length;

  return {
    async keep({ from, recipients, raw }) {
      count += 1;
      const id = `${now()}-${String(count).padStart(4, "0")}`;
      const envelope = [`Return-Path: <${from}>`, ...recipients.map((to) => `Delivered-To: ${to}`), ""];
      const source = Buffer.concat([Buffer.from(envelope.join("\r\n")), raw]);
      if (folder !== undefined) await writeFile(join(folder, `${id}.eml`), source);
      const kept = await parseMail(id, source);
      mails.unshift(kept);
      mails.splice(MOST_MAILS);
      return kept;
    },
    list: () => mails,
    find: (id) => mails.find((mail) => mail.id === id),
    async empty() {
      const gone = mails.splice(0);
      if (folder !== undefined)
        for (const { id } of gone) await rm(join(folder, `${id}.eml`), { force: true });
    },
  };
}

async function parseMail(id: string, source: Buffer): Promise<KeptMail> {
  const email = await PostalMime.parse(source);
  const recipients = email.headers.filter(({ key }) => key === "delivered-to").map(({ value }) => value);
  return { id, receivedMs: Number(id.split("-")[0]), recipients, email, source: source.toString() };
}
