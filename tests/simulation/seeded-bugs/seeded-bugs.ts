import { AMOUNT_BUGS } from "./amount-bugs.ts";
import { ANSWER_BUGS } from "./answer-bugs.ts";
import { CHECK_BUGS } from "./check-bugs.ts";
import { DELIVERY_BUGS } from "./delivery-bugs.ts";
import { FACT_BUGS } from "./fact-bugs.ts";
import { FAILURE_BUGS } from "./failure-bugs.ts";
import { LEASE_BUGS } from "./lease-bugs.ts";
import { LIMIT_BUGS } from "./limit-bugs.ts";
import { NOTIFICATION_BUGS } from "./notification-bugs.ts";
import { PAYMENT_BUGS } from "./payment-bugs.ts";
import { RECONCILE_BUGS } from "./reconcile-bugs.ts";
import { SALE_BUGS } from "./sale-bugs.ts";
import type { SeededBug } from "./seeded-bug.ts";
import { SLOW_BUGS } from "./slow-bugs.ts";
import { STEP_BUGS } from "./step-bugs.ts";
import { SUM_BUGS } from "./sum-bugs.ts";
import { STORAGE_BUGS } from "./storage-bugs.ts";
import { SUBSCRIPTION_BUGS } from "./subscription-bugs.ts";
import { WRITE_BUGS } from "./write-bugs.ts";

export const SEEDED_BUGS: readonly SeededBug[] = [
  ...ANSWER_BUGS,
  ...LEASE_BUGS,
  ...WRITE_BUGS,
  ...SLOW_BUGS,
  ...STEP_BUGS,
  ...DELIVERY_BUGS,
  ...SUM_BUGS,
  ...NOTIFICATION_BUGS,
  ...RECONCILE_BUGS,
  ...SUBSCRIPTION_BUGS,
  ...SALE_BUGS,
  ...STORAGE_BUGS,
  ...PAYMENT_BUGS,
  ...FACT_BUGS,
  ...CHECK_BUGS,
  ...AMOUNT_BUGS,
  ...FAILURE_BUGS,
  ...LIMIT_BUGS,
];

export function findBug(name: string): SeededBug {
  const found = SEEDED_BUGS.find((bug) => bug.name === name);
  if (found === undefined) {
    const known = SEEDED_BUGS.map((bug) => bug.name).join(", ");
    throw new Error(`There is no seeded bug "${name}". There are: ${known}.`);
  }
  return found;
}
