import { NonRetriableError } from "../retry/errors.ts";
import type { Post } from "../http/safe-post.ts";
import type { NotificationChannel } from "./create-notifier.ts";
import type { Notice, NotifyAttempt } from "../orders/outbox/notifier.ts";
import { noticeOf } from "./notice.ts";
import type { HintsOn } from "./hints.ts";

/** Statuses that Slack, and others that speak its protocol, give for a hook that is gone. */
const GONE = [403, 404, 410];

/** An incoming webhook as Slack, Mattermost, Rocket.Chat, Discord (`…/slack`) and many more offer it: `{ "text": … }`. */
export function createChatChannel(
  post: Post,
  target: { url: URL; allowLoopback: boolean },
  hintsOn: HintsOn,
): NotificationChannel {
  async function sendNotice(
    { subject, text }: Notice,
    { signal }: Pick<NotifyAttempt, "signal">,
  ): Promise<void> {
    const body = JSON.stringify({ text: escapeMarkup(`${subject}\n${text}`) });
    const headers = { "Content-Type": "application/json" };
    const { status } = await post({ ...target, headers, body, signal });
    if (status >= 200 && status < 300) return;
    const problem = `The chat answered ${status}.`;
    throw GONE.includes(status) ? new NonRetriableError(problem) : new Error(problem);
  }

  return {
    hears: (kind) => kind !== "revoked" && kind !== "restored",
    notify: async (report, attempt) =>
      sendNotice(noticeOf(report, await hintsOn(report, "chat", attempt.signal)), attempt),
    sendNotice,
  };
}

/** https://docs.slack.dev/messaging/formatting-message-text: without this, `<!channel>` in a product's name notifies everybody. */
function escapeMarkup(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
