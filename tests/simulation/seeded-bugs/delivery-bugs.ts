import type { SeededBug } from "./seeded-bug.ts";

const SIGNER = "core/delivery/licenses/license-signer.ts";

/** What the buyer gets. */
export const DELIVERY_BUGS: readonly SeededBug[] = [
  {
    name: "random-license",
    what: "Every attempt makes a new license key.",
    hazards: "B19",
    patches: [
      {
        file: SIGNER,
        find: "const signed = signedPart({ livemode, keyId, issued, unit, product, orderReference });",
        replace:
          "void unit; const signed = signedPart({ livemode, keyId, issued, unit: 1 + Math.floor(Math.random() * 1e5), product, orderReference });",
      },
    ],
  },
  {
    name: "license-of-today",
    what: "A license key holds the day on which it is shown, not the order's day.",
    hazards: "B19",
    patches: [
      {
        file: SIGNER,
        find: "const issued = dayOf(createdMs);",
        replace: "void createdMs; const issued = dayOf(Date.now());",
      },
    ],
  },
  {
    name: "keys-before-payment",
    what: "The page hands over what was bought before it is paid.",
    hazards: "B01",
    patches: [
      {
        file: "core/orders/access.ts",
        find: 'if (stateRank(control.state) < stateRank("paid")) return { kind: "unpaid" };',
        replace: "void stateRank;",
      },
    ],
  },
  {
    name: "keys-after-refund",
    what: "The page goes on handing over what was refunded.",
    hazards: "B04",
    patches: [
      {
        file: "core/orders/access.ts",
        find: 'if (isRevoked(control)) return { kind: "revoked", reason: reasonOf(control) };',
        replace: "void isRevoked; void reasonOf;",
      },
    ],
  },
  {
    name: "license-outlives-refund",
    what: "A license key is valid for ever.",
    hazards: "B04",
    patches: [
      {
        file: "core/routes/license.ts",
        find: 'return state === "granted" ? "valid" : "revoked";',
        replace: 'return "valid";',
      },
    ],
  },
  {
    name: "license-step-skips",
    what: "The step for license keys finds none to issue.",
    patches: [
      {
        file: "core/fulfillment/license-step.ts",
        find: 'if (licensesOf(order, site, signer).length === 0) return "skipped";',
        replace: 'if (licensesOf(order, site, signer).length >= 0) return "skipped";',
      },
    ],
  },
  {
    name: "mail-without-deliveries",
    what: "The mail is written without what was bought.",
    patches: [
      {
        file: "core/mail/confirmation/compose-confirmation.ts",
        find: 'deliveries: deliveries.of(order, "mail"),',
        replace: "deliveries: order.items.map(() => []),",
      },
    ],
  },
];
