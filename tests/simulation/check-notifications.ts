import type { ControlRecord } from "../../core/orders/order.ts";
import type { Complain } from "./check-end.ts";
import { isRevoked, type Truth } from "./truths.ts";
import type { World } from "./world.ts";

const MOST_ATTEMPTS = 12;

/** Every message was delivered or given up. */
export function checkNothingOwed({ news = {} }: ControlRecord, complain: Complain): void {
  for (const { kind, deliveries } of Object.values(news)) {
    for (const [channel, { state }] of Object.entries(deliveries)) {
      if (state === "todo" || state === "started")
        complain("N1 what happens is told", `${kind} (${channel}) is still owed`);
    }
  }
}

/** At the end: each message marked as told was told, each one given up was tried, and the last message tells the truth. */
export function checkNotifications(
  id: string,
  control: ControlRecord,
  truth: Truth,
  world: World,
  complain: Complain,
): void {
  const told = world.owner.told(id);
  const { server, codeWorks, code } = world.owner.habits();
  for (const { kind, count, deliveries } of Object.values(control.news ?? {})) {
    for (const [channel, { state, attempts }] of Object.entries(deliveries)) {
      const key = channel === "chat" ? undefined : `${kind}/${id}/${count}`;
      const messages = told.filter((one) => one.channel === channel && one.key === key);
      if (state === "done" && messages.length === 0)
        complain("N1 what happens is told", `${kind} is marked as told (${channel}), and nobody was`);
      // A chat message has no key, so all of an order's chat messages are counted together as they arrive.
      if (key !== undefined && messages.length > attempts)
        complain(
          "N2 messages to the owner are counted",
          `${messages.length} messages under ${key} (${channel}), ${attempts} attempts in the record`,
        );
      if (attempts > MOST_ATTEMPTS + world.commandsOn(id))
        complain("I9 work is bounded", `${kind} (${channel}) was tried ${attempts} times`);
      if (
        state === "gave_up" &&
        attempts < MOST_ATTEMPTS &&
        (channel === "code" || server === "works") &&
        !world.owner.wasGone()
      )
        complain("N1 what happens is told", `${kind} (${channel}) was given up after ${attempts} attempts`);
      if (channel === "webhook" && kind.startsWith("refund")) {
        for (const { order } of messages) {
          if (order?.refundedMinor !== truth.refundedMinor)
            complain(
              "N3 one event has one key",
              `a webhook says ${order?.refundedMinor} refunded under ${key}`,
            );
        }
      }
    }
  }

  checkLaterPayments(id, control, world, complain);

  const isVoid = truth.isPaid && isRevoked(truth);
  const last = told.filter(({ channel }) => channel === "code").at(-1);
  const access = control.news?.access;
  if (code && isVoid && access?.kind !== "revoked")
    complain("N1 what happens is told", "void, and no notification of it");
  if (code && isVoid && codeWorks && access?.deliveries.code?.state === "done" && last === undefined)
    complain("N1 what happens is told", "void, and onRevoked never ran");
  if (!isVoid && access?.kind === "revoked")
    complain("N1 what happens is told", "valid, and the last notification says that it is void");
}

/** I14: the owner is told what happens to a payment, and not more often than it happens. */
function checkLaterPayments(id: string, { news }: ControlRecord, world: World, complain: Complain): void {
  const history = world.truths.history(id);
  const changes = (factOf: (truth: Truth) => unknown): number =>
    history.filter((truth, index) => index > 0 && factOf(truth) !== factOf(history[index - 1] as Truth))
      .length;
  const told = [
    {
      what: "refund",
      count: news?.refund?.count ?? 0,
      happened: changes(({ refundedMinor }) => refundedMinor),
    },
    {
      what: "dispute",
      count: news?.dispute?.count ?? 0,
      happened: changes(({ dispute, disputes }) => `${dispute} ${disputes}`),
    },
  ];
  for (const { what, count, happened } of told) {
    if (count > happened)
      complain(
        "I14 each renewal, refund and dispute is told once",
        `${count} messages about a ${what}, and it moved ${happened} times`,
      );
  }
}
