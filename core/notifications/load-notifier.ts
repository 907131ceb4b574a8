import type Stripe from "stripe";

import type { ShopIdentity } from "../stripe/whose-sale.ts";
import type { Config } from "../config/config.ts";
import type { Log } from "../log/log.ts";
import type { Mailer } from "../mail/mailer.ts";
import type { MessageChannel } from "../orders/outbox/outbox.ts";
import type { Schedule } from "../retry/with-timeout.ts";
import type { Post } from "../http/safe-post.ts";
import type { Bookkeeping } from "../stores/bookkeeping.ts";
import type { Site } from "../shop-definition/site.ts";
import { recordGivenUp } from "./given-up.ts";
import { createNotifier, type NotificationChannel } from "./create-notifier.ts";
import type { Notifier } from "../orders/outbox/notifier.ts";
import { createHints } from "./hints.ts";

export interface NotifierDependencies {
  config: Config;
  site: Site;
  identity: ShopIdentity;
  stripe: Stripe;
  mailer: Mailer | undefined;
  post: Post;
  bookkeeping: Bookkeeping;
  now: () => number;
  schedule: Schedule;
  log: Log;
}

/** Makes the channels that the configuration asks for. Functions do not load what the shop does not use. */
export async function loadNotifier(dependencies: NotifierDependencies): Promise<Notifier> {
  const { config, mailer, post, bookkeeping, now, log } = dependencies;
  const { ownerEmail, ownerChat, orderWebhook, lacksCronSecret } = config;
  const hintsOn = createHints({ ...dependencies, lacksCronSecret });
  const channels: Partial<Record<MessageChannel, NotificationChannel>> = {};
  if (orderWebhook !== undefined) {
    const { createWebhookChannel } = await import("./webhook-channel.ts");
    channels.webhook = createWebhookChannel(post, orderWebhook, now);
  }
  if (mailer !== undefined && ownerEmail !== undefined) {
    const { createMailChannel } = await import("./mail-channel.ts");
    channels.mail = createMailChannel(mailer, ownerEmail, hintsOn);
  }
  if (mailer === undefined && ownerEmail !== undefined) {
    // Once per instance; the health route says so as long as it lasts.
    log.warn("owner_not_mailed", {
      problem:
        "OWNER_EMAIL is set but SMTP_URL is not, so no notice is mailed to you. Set SMTP_URL, or remove OWNER_EMAIL.",
    });
  }
  if (ownerChat !== undefined) {
    const { createChatChannel } = await import("./chat-channel.ts");
    channels.chat = createChatChannel(post, ownerChat, hintsOn);
  }
  return createNotifier(channels, () => recordGivenUp(bookkeeping, now()));
}
