import type { Channel, NewsKind } from "../orders/outbox/news.ts";
import type { NewsDesk, NewsReport, Notice, TellAttempt } from "../orders/outbox/news-desk.ts";

/** One way to reach the owner's side. */
export interface NewsChannel {
  hears(kind: NewsKind): boolean;
  /** Rejects with `NonRetriableError` when a retry is useless; any other rejection is tried again later. */
  tell(report: NewsReport, attempt: TellAttempt): Promise<void>;
  /** On a channel that a person reads: says something that is not about an order. */
  say?(notice: Notice, attempt: TellAttempt): Promise<void>;
}

export function createNewsDesk(
  channels: Readonly<Partial<Record<Channel, NewsChannel>>>,
  noteGivenUp: () => Promise<void>,
): NewsDesk {
  return {
    audience: (kind) =>
      (Object.keys(channels) as Channel[]).filter((channel) => channels[channel]?.hears(kind)),

    async tell(channel, report, attempt) {
      const found = channels[channel];
      if (found === undefined || !found.hears(report.news.kind)) return "skipped";
      await found.tell(report, attempt);
      return "done";
    },

    async sayToOwner(notice, attempt) {
      const said = await Promise.allSettled(
        Object.values(channels).map(async (channel) => channel.say?.(notice, attempt)),
      );
      const failed = said.find((result) => result.status === "rejected");
      if (failed !== undefined) throw failed.reason;
    },

    noteGivenUp,
  };
}
