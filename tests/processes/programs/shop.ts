import { createServer } from "node:http";

import { createRequestListener } from "@remix-run/node-fetch-server";

import { createApp } from "../../../core/app.ts";
import type { Mailer } from "../../../core/mail/mailer.ts";
import { createJsonLog } from "../../../core/log/log.ts";
import { listen } from "../../../cli/dev/listen.ts";
import { siteOf } from "../../support/test-site.ts";

/**
 * One instance of the shop, as a host would start it: the shipped handlers over HTTP, everything else outside this process.
 * POST_OFFICE: where mails go. The parent may send `{ aheadMs }`, which sets this instance's clock ahead.
 */
let aheadMs = Number(process.env["AHEAD_MS"] ?? 0);
process.on("message", (message: { aheadMs: number }) => {
  aheadMs = message.aheadMs;
});
const now = (): number => Date.now() + aheadMs;

const postOffice = process.env["POST_OFFICE"] ?? "";
const mailer: Mailer = {
  async send(mail, { idempotencyKey, signal }) {
    const letter = JSON.stringify({ key: idempotencyKey, to: mail.to, sender: process.pid });
    const answer = await fetch(postOffice, { method: "POST", body: letter, signal });
    if (!answer.ok) throw new Error(`The post office answered ${answer.status}.`);
  },
};

const app = createApp(process.env, siteOf(), {
  now,
  mailer,
  log: createJsonLog((line) => console.log(line), now),
});
const server = createServer(createRequestListener((request) => app.webhook(request)));
process.send?.({ port: await listen(server, 0) });
// An orphan ends with its parent.
process.once("disconnect", () => process.exit());
