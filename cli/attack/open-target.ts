import { startShop } from "../dev/shop.ts";
import { buy, createSender, type Target } from "./target.ts";

/** What `npm run dev` signs with when it simulates Stripe. */
const SIMULATED_SECRET = "whsec_simulated0000";

const BUYER = { email: "victim@buyer.example", name: "Vera Victim" } as const;

/**
 * A shop that somebody has started on this machine.
 * @throws Error when it is elsewhere, or sells nothing.
 */
export async function openTarget(address: string): Promise<Target> {
  if (!isLoopback(address)) throw new Error(`${address} is not on this machine (http://localhost:…).`);
  const url = new URL(address).origin;
  const send = createSender(url);
  const page = await send("/");
  const [, priceId] = /data-price-id="([\w-]+)"/.exec(page.body) ?? [];
  if (priceId === undefined) throw new Error(`there is no button with a data-price-id on ${url}.`);
  const webhookSecret = process.env["STRIPE_WEBHOOK_SECRET"] ?? SIMULATED_SECRET;
  const target: Target = { url, send, priceId, webhookSecret, inside: undefined };
  // A shop that sells nothing to anybody withstands every attack.
  const honest = await buy(target);
  if (honest.status !== 200) throw new Error(`an honest purchase of ${priceId} gets ${honest.status}.`);
  return target;
}

/** A shop of our own on a free port, as `npm run dev` starts it, with nothing kept. */
export async function openOwnTarget(
  root: string,
  environment: Readonly<Record<string, string>>,
): Promise<{ target: Target; close(): Promise<void> }> {
  let mails = 0;
  const print = (text: string): void => {
    if (text.startsWith('Mail "')) mails += 1;
  };
  const shop = await startShop({
    root,
    port: 0,
    environment,
    storageFolder: undefined,
    engine: "dynamodb",
    print,
  });
  const { simulatedStripe: stripe } = shop;
  if (stripe === undefined) throw new Error("the shop has no simulated Stripe.");
  const target: Target = {
    ...(await openTarget(shop.url)),
    webhookSecret: shop.environment["STRIPE_WEBHOOK_SECRET"],
    inside: {
      buyer: BUYER,
      addressHeader: shop.environment["VERCEL"] === undefined ? undefined : "X-Real-IP",
      async pay(sessionId) {
        stripe.buyer.pay(sessionId, BUYER);
        await stripe.deliveriesSettled();
      },
      mailsSent: () => mails,
      returnAddresses(sessionId) {
        const session = stripe.state().checkoutSessions[sessionId];
        return [session?.success_url ?? "", session?.cancel_url ?? ""];
      },
    },
  };
  return { target, close: shop.close };
}

function isLoopback(address: string): boolean {
  return (
    URL.canParse(address) &&
    /^http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/.test(new URL(address).origin)
  );
}
