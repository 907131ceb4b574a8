import { isPaused, isRevoked } from "./truths.ts";
import type { PageDelivery } from "./buyers.ts";
import type { Violations } from "./violations.ts";
import type { World } from "./world.ts";

const RULE = "I8 an order has its license keys and no others";

/** In the end the buyer comes back to the order's page, and the software that was bought asks about its key. */
export async function visit(orderId: string, world: World, violations: Violations): Promise<void> {
  const { truths, buyers, platform } = world;
  const truth = truths.current(orderId);
  const isOpen = truth.isPaid && !isRevoked(truth) && !isPaused(truth);
  const rule = isPaused(truth) ? "I12 access equals what the subscription pays for" : RULE;
  const complain = (what: string): void => violations.report(rule, `${orderId}, in the end: ${what}`);

  const cookies = buyers.cookiesOf(orderId);
  const page = await platform.serve("orderStatus", pageRequest(orderId, cookies));
  if (truth.isPaid && page.status !== 200) complain(`the page is answered ${page.status}`);
  const deliveries = await deliveriesOn(page);
  // A session that an older version opened has no browser here. Where there is one, its cookie must open the order.
  if (isOpen && buyers.hasBrowser(orderId)) buyers.takePage(orderId, deliveries);
  else if (deliveries.length > 0) complain("the page hands over what was taken back, or never paid");

  for (const key of buyers.keysOf(orderId)) {
    const answer = await platform.serve("license", licenseRequest(key));
    const { status } = (await answer.json()) as { status?: string };
    const expected = isOpen ? "valid" : "revoked";
    if (status !== expected) complain(`a license key is ${status ?? answer.status}, not ${expected}`);
  }
}

export function pageRequest(orderId: string, cookies: string): Request {
  return new Request(`https://shop.example/api/order-status?session_id=${orderId}`, {
    headers: { cookie: cookies },
  });
}

export async function deliveriesOn(page: Response): Promise<readonly PageDelivery[]> {
  if (page.status !== 200) return [];
  const { personal } = (await page.json()) as { personal?: { deliveries: PageDelivery[] } };
  return personal?.deliveries ?? [];
}

function licenseRequest(key: string): Request {
  return new Request("https://shop.example/api/license", { method: "POST", body: JSON.stringify({ key }) });
}
