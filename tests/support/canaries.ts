/**
 * Stand-ins for what must never leak: every buyer in a test is this buyer, and the shop's keys are these keys.
 * tests/support/fail-on-canaries.ts looks for them in everything that the suites and the shop's processes print.
 */
export const CANARY_BUYER = {
  email: "astrid.canary@buyer.example",
  name: "Astrid Canary",
  phone: "+49 30 5550 4711",
  address: {
    line1: "Canary Lane 4711",
    city: "Canarytown",
    postal_code: "04711",
    country: "DE",
    line2: null,
    state: null,
  },
} as const;

export const CANARY_KEYS = {
  stripe: "sk_test_51CanaryAdapters0aB1cD2",
  restricted: "rk_test_51CanaryRestricted3eF4gH5",
  webhook: "whsec_canaryCurrentSecret0001",
  previousWebhook: "whsec_canaryPreviousSecret0002",
  cron: "canary-cron-secret-0003",
  signing: "canary-signing-secret-0000000000000004",
  dynamodb: "canaryDynamodbSecretAccessKey0005",
} as const;

const CANARIES: readonly string[] = [
  CANARY_BUYER.email,
  CANARY_BUYER.name,
  CANARY_BUYER.phone,
  CANARY_BUYER.address.line1,
  CANARY_BUYER.address.city,
  ...Object.values(CANARY_KEYS),
  // The default buyer, and the card that pays.
  "jenny.rosen@example.com",
  "Jenny Rosen",
  "4242424242424242",
  "4242 4242 4242 4242",
];

/** The canaries that occur in the text, as they are, percent-encoded or in base64. */
export function findCanaries(text: string): string[] {
  return CANARIES.filter((canary) => disguises(canary).some((disguise) => text.includes(disguise)));
}

function disguises(canary: string): string[] {
  const encoded = encodeURIComponent(canary);
  return [
    canary,
    encoded,
    encoded.replaceAll("%20", "+"),
    Buffer.from(canary).toString("base64").replace(/=+$/, ""),
  ];
}
