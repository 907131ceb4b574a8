import type { Violations } from "./violations.ts";
import type { World } from "./world.ts";

/** A success page asks once. What it is told must be true. */
export async function pollPage(sessionId: string, world: World, violations: Violations): Promise<void> {
  const request = new Request(`https://shop.example/api/order-status?session_id=${sessionId}`);
  const response = await world.platform.serve("orderStatus", request);
  if (response.status !== 200) return;
  const { state } = (await response.json()) as { state: string };
  const lies = (what: string): void =>
    violations.report("S3 the page tells the truth", `${sessionId}: the page says ${state}, and ${what}`);

  if ((state === "paid" || state === "fulfilled") && !world.truths.current(sessionId).isPaid)
    lies("nobody paid");
  if (state === "fulfilled" && world.book.current(sessionId)?.control.state !== "fulfilled")
    lies("steps are owed");
}
