import type { Dispute } from "../state/stored.ts";

type BalanceTransaction = Dispute["balance_transactions"][number];

const disputeFeeMinor = 2000;

/** Money that leaves the account because of a dispute, with the fee that does not come back, or the money's return. */
export function disputeTransaction(
  made: Dispute,
  fields: { id: string; direction: "withdrawal" | "reversal"; created: number },
): BalanceTransaction {
  const isWithdrawal = fields.direction === "withdrawal";
  const amount = isWithdrawal ? -made.amount : made.amount;
  const fee = isWithdrawal ? disputeFeeMinor : 0;
  return {
    id: fields.id,
    object: "balance_transaction",
    amount,
    available_on: fields.created,
    balance_type: "payments",
    created: fields.created,
    currency: made.currency,
    description: `Chargeback ${fields.direction} for ${made.charge}`,
    exchange_rate: null,
    fee,
    fee_details: isWithdrawal
      ? [
          {
            amount: fee,
            application: null,
            currency: made.currency,
            description: "Dispute fee",
            type: "stripe_fee",
          },
        ]
      : [],
    net: amount - fee,
    reporting_category: isWithdrawal ? "dispute" : "dispute_reversal",
    source: made.id,
    status: "available",
    type: "adjustment",
  };
}
