import { isDeployed } from "./host.ts";
import { isMailAddress } from "../format/mail-address.ts";

/** Where the owner is told of orders; undefined if not set. */
export interface NotificationsConfig {
  ownerEmail: string | undefined;
  ownerChat: { url: URL; allowLoopback: boolean } | undefined;
  /** The owner's own server. */
  orderWebhook: { url: URL; secret: string; allowLoopback: boolean } | undefined;
}

const NOT_SET: NotificationsConfig = { ownerEmail: undefined, ownerChat: undefined, orderWebhook: undefined };

/** How the owner is told of orders, and a sentence for each variable that is wrong. */
export function readNotifications(variables: Readonly<Record<string, string>>): {
  config: NotificationsConfig;
  problems: string[];
} {
  const allowLoopback = !isDeployed(variables);
  const problems: string[] = [];
  const config = { ...NOT_SET };

  const ownerEmail = variables["OWNER_EMAIL"]?.trim();
  if (ownerEmail !== undefined) {
    config.ownerEmail = ownerEmail;
    if (!isMailAddress(ownerEmail))
      problems.push("OWNER_EMAIL must be one mail address, e.g. you@example.com.");
  }

  const chatUrl = readAddress("OWNER_WEBHOOK_URL", "copy the incoming webhook's address from your chat");
  if (chatUrl !== undefined) config.ownerChat = { url: chatUrl, allowLoopback };

  const orderUrl = readAddress(
    "ORDER_WEBHOOK_URL",
    "it is the address on your server that is told of orders",
  );
  const secret = variables["ORDER_WEBHOOK_SECRET"]?.trim();
  if (secret !== undefined && !isSigningSecret(secret)) {
    problems.push(
      "ORDER_WEBHOOK_SECRET is not a signing secret: it is whsec_ and then 24 to 64 random bytes in base64, e.g. `echo whsec_$(openssl rand -base64 32)`.",
    );
  }
  if (variables["ORDER_WEBHOOK_URL"] !== undefined && secret === undefined) {
    problems.push(
      "ORDER_WEBHOOK_SECRET is not set although ORDER_WEBHOOK_URL is: set it to e.g. `echo whsec_$(openssl rand -base64 32)`, and give it to your server.",
    );
  }
  if (variables["ORDER_WEBHOOK_URL"] === undefined && secret !== undefined) {
    problems.push("ORDER_WEBHOOK_URL is not set although ORDER_WEBHOOK_SECRET is: set both or neither.");
  }
  if (orderUrl !== undefined && secret !== undefined)
    config.orderWebhook = { url: orderUrl, secret, allowLoopback };
  return { config, problems };

  function readAddress(name: string, hint: string): URL | undefined {
    const text = variables[name]?.trim();
    if (text === undefined) return undefined;
    const url = URL.canParse(text) ? new URL(text) : undefined;
    const isSafe = url?.protocol === "https:" || (url?.protocol === "http:" && allowLoopback);
    if (url !== undefined && isSafe && url.username === "" && url.password === "") return url;
    problems.push(`${name} is not an https:// address: ${hint}.`);
    return undefined;
  }
}

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#signature-scheme */
function isSigningSecret(secret: string): boolean {
  const base64 = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret)?.[1];
  if (base64 === undefined) return false;
  const { length } = Buffer.from(base64, "base64");
  return length >= 24 && length <= 64;
}
