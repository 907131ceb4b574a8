import type { Mail } from "../../core/mail/mailer.ts";
import type { ReconcileReport } from "../../core/reconciliation/reconcile.ts";
import type { Services } from "../../core/services.ts";
import { lightRequest, lightResponse } from "../simulation/light-http.ts";
import { createRandom } from "../simulation/random.ts";
import { replaceGlobals } from "../simulation/virtual-globals.ts";
import { createVirtualTime } from "../simulation/virtual-time.ts";
import { servicesOf, openTestShop, type TestShop } from "./test-shop.ts";

export interface VirtualShop extends TestShop {
  services: Services;
  /** How long Stripe and the mail server take; calls may overlap. The mail server may refuse every mail. */
  pace: { callMs: number; mailMs: number; refuse?: Error };
  /** How often Stripe was asked for an address that begins like this, refusals included. */
  asked(path: string): number;
  /** The largest number of calls that were under way at Stripe at one moment. */
  mostAtOnce(): number;
  /** Does something while virtual time passes, including the SDK's timeouts. */
  during<T>(work: () => Promise<T>): Promise<T>;
  /** One scheduled run, and how long it took its host. */
  scheduledRun(): Promise<{ status: number; report: ReconcileReport; tookMs: number }>;
}

/** A shop whose calls take time in parallel, which `clock.nowMs += …` in a fault cannot show. */
export async function openVirtualShop(engine: "memory" | "stripe"): Promise<VirtualShop> {
  const time = createVirtualTime(Date.UTC(2026, 10, 21, 12));
  const shop = openTestShop({ engine });
  let aheadMs = 0;
  Object.defineProperty(shop.clock, "nowMs", {
    get: () => time.now() + aheadMs,
    set: (nowMs: number) => {
      aheadMs = nowMs - time.now();
    },
  });
  const now = (): number => shop.clock.nowMs;
  const pace: VirtualShop["pace"] = { callMs: 0, mailMs: 0 };
  const asked: string[] = [];
  let underWay = 0;
  let most = 0;

  const pass = (ms: number, signal?: AbortSignal | null): Promise<void> =>
    new Promise((resolve, reject) => {
      const cancel = time.schedule(ms, resolve);
      signal?.addEventListener("abort", () => {
        cancel();
        reject(signal.reason as Error);
      });
    });

  const fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const url = String(input instanceof Request ? input.url : input);
    asked.push(new URL(url).pathname);
    underWay += 1;
    most = Math.max(most, underWay);
    try {
      // Half of the time passes before the call arrives.
      await pass(pace.callMs / 2, init?.signal);
      const refused = await shop.stripe.faults.beforeApi?.(
        new Request(url, { method: init?.method ?? "GET" }),
      );
      if (refused?.type === "error") throw new TypeError("fetch failed");
      if (refused !== undefined)
        return lightResponse({
          status: refused.status,
          headers: Object.fromEntries(refused.headers),
          body: await refused.text(),
        });
      const answer = await shop.stripe.callApi(lightRequest(url, init ?? {}));
      await pass(pace.callMs / 2, init?.signal);
      return lightResponse(answer);
    } finally {
      underWay -= 1;
    }
  };

  const mailer = {
    async send(mail: Mail) {
      await pass(pace.mailMs);
      if (pace.refuse !== undefined) throw pace.refuse;
      shop.mails.push(mail);
    },
  };
  const services = await servicesOf(shop, {
    now,
    fetch,
    mailer,
    schedule: time.schedule,
    random: () => 0.5,
    ...(engine === "stripe" && { storage: undefined }),
  });

  async function during<T>(work: () => Promise<T>): Promise<T> {
    const globals = replaceGlobals(time, createRandom(1, "virtual"), () => undefined);
    Date.now = now;
    try {
      let isOver = false;
      const result = work().finally(() => {
        isOver = true;
      });
      result.catch(() => undefined);
      await time.pass({ stop: () => isOver });
      return await result;
    } finally {
      globals.restore();
    }
  }

  return {
    ...shop,
    services,
    pace,
    mostAtOnce: () => most,
    asked: (path) => asked.filter((one) => one.startsWith(path)).length,
    during,
    async scheduledRun() {
      const startedMs = now();
      const { scheduledReconcile } = await import("../../core/routes/reconcile.ts");
      const route = scheduledReconcile.open({ loadServices: async () => services });
      const request = new Request("https://shop.example/api/reconcile", { method: "POST" });
      const response = await during(async () => route.handle(request, {} as never));
      const report = (await response.json()) as ReconcileReport;
      return { status: response.status, report, tookMs: now() - startedMs };
    },
  };
}
