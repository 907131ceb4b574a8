import { badSum } from "./check-sums.ts";
import { deliveriesOn, pageRequest } from "./visit.ts";
import type { Violations } from "./violations.ts";
import type { World } from "./world.ts";

/** A success page asks once. What it is told must be true. */
export async function pollPage(sessionId: string, world: World, violations: Violations): Promise<void> {
  const { platform, buyers, truths, book } = world;
  const response = await platform.serve("orderStatus", pageRequest(sessionId, buyers.cookiesOf(sessionId)));
  if (response.status !== 200) return;
  const deliveries = await deliveriesOn(response.clone());
  const shown = (await response.json()) as { state: string } & Parameters<typeof badSum>[0];
  const { state } = shown;
  const lies = (what: string): void =>
    violations.report("S3 the page tells the truth", `${sessionId}: the page says ${state}, and ${what}`);

  if ((state === "paid" || state === "fulfilled") && !truths.current(sessionId).isPaid) lies("nobody paid");
  if (state === "fulfilled" && book.current(sessionId)?.control.state !== "fulfilled") lies("steps are owed");
  const bad = badSum(shown);
  if (bad !== undefined) lies(`it shows ${bad}`);
  if (deliveries.length > 0) buyers.takePage(sessionId, deliveries);
}
