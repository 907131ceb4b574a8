/** For operations of tests and the developer's panel: Stripe itself never does this in another status. */
export function requireStatus<Status extends string | null>(
  subject: { id: string; object: string; status: Status },
  allowed: readonly NoInfer<Status>[],
): void {
  if (allowed.includes(subject.status)) return;
  throw new Error(
    `The ${subject.object} ${subject.id} is ${subject.status ?? "without a status"}; this takes one that is ${allowed.join(" or ")}.`,
  );
}
