import { bugsIn, type SeededBug } from "./seeded-bug.ts";

/** How often a caller may do something. */
export const LIMIT_BUGS: readonly SeededBug[] = [
  ...bugsIn(
    "core/limits/limiter.ts",
    [
      {
        name: "one-too-many",
        what: "A limit lets one more through.",
        find: "if (sum <= limit)",
        replace: "if (sum <= limit + 1)",
      },
      {
        name: "one-too-few",
        what: "A limit lets one less through.",
        find: "if (sum <= limit)",
        replace: "if (sum < limit)",
      },
      {
        name: "never-again",
        what: "A caller who has used up one minute is refused for ever.",
        find: "await counters.add(`${name}:${key}/${window}`, 1, endMs);",
        replace: "await counters.add(`${name}:${key}`, 1, endMs);",
      },
      {
        name: "wait-in-milliseconds",
        what: "A caller is told to wait for a thousand times as long.",
        find: "Math.max(1, Math.ceil((endMs - now()) / 1_000))",
        replace: "Math.max(1, Math.ceil(endMs - now()))",
      },
      {
        name: "wait-for-nothing",
        what: "A caller is told to come back in the minute that is used up.",
        find: "const endMs = (window + 1) * windowMs;",
        replace: "const endMs = window * windowMs;",
      },
      {
        name: "refused-is-forgotten",
        what: "A caller who is refused is counted again with every request.",
        find: "if (usedUp.window === window) usedUp.keys.add(key);",
        replace: "",
      },
      {
        name: "refused-for-ever",
        what: "A caller who is refused once stays refused.",
        find: "if (usedUp.window !== window) usedUp = { window, keys: new Set() };",
        replace: "usedUp.window = window;",
      },
      {
        name: "broken-counters-refuse",
        what: "Counters that cannot be reached look like a limit that is used up.",
        find: "await counters.add(`${name}:${key}/${window}`, 1, endMs);",
        replace: "await counters.add(`${name}:${key}/${window}`, 1, endMs).catch(() => limit + 1);",
      },
    ],
    { caughtBy: ["tests/unit/core/limits/limiter.test.ts"] },
  ),
  ...bugsIn(
    "core/limits/resend-limit.ts",
    [
      {
        name: "two-mails-a-day",
        what: "The third mail of a day is refused.",
        find: "(await counters.add(name, 1, endMs)) <= MAILS_PER_DAY)",
        replace: "(await counters.add(name, 1, endMs)) < MAILS_PER_DAY)",
      },
      {
        name: "refused-mail-counts",
        what: "A refused request uses up a mail too, so that a mail which is given back cannot be used.",
        find: "await giveBack(); throw tooManyMails(",
        replace: "throw tooManyMails(",
      },
      {
        name: "mails-of-all-orders",
        what: "All orders share three mails a day.",
        find: "const name = `resend-mail/${orderId}/${day}`;",
        replace: "void orderId; const name = `resend-mail/${day}`;",
      },
      {
        name: "three-mails-for-ever",
        what: "Yesterday's mails count today.",
        find: "const name = `resend-mail/${orderId}/${day}`;",
        replace: "const name = `resend-mail/${orderId}`;",
      },
      {
        name: "every-address-of-a-network",
        what: "A stranger with a network of their own may ask for five mails from each address.",
        find: "const network = address === undefined ? undefined : networkOf(address);",
        replace: "void networkOf; const network = address;",
      },
      {
        name: "strangers-unlimited",
        what: "A caller with a known address has as many mails as all callers with unknown addresses together.",
        find: "(network === undefined ? MAILS_OF_UNKNOWN_CALLERS : MAILS_PER_CALLER)",
        replace: '(caller === "" ? MAILS_PER_CALLER : MAILS_OF_UNKNOWN_CALLERS)',
      },
    ],
    { caughtBy: ["tests/unit/core/limits/resend-limit.test.ts"] },
  ),
  ...bugsIn(
    "core/limits/checkout-limits.ts",
    [
      {
        name: "open-when-counters-fail",
        what: "While the counters fail, everybody may open checkouts.",
        find: 'throw unavailable("limits_unavailable", message, 5, cause);',
        replace: 'void cause; void message; void unavailable; return { kind: "taken" } as T;',
      },
      {
        name: "everybody-was-here",
        what: "Every caller counts as one who was here today.",
        find: "return (await counters.add(name, 1, (day + 1) * DAY_MS)) > 1;",
        replace: "return (await counters.add(name, 1, (day + 1) * DAY_MS)) > 0;",
      },
      {
        name: "new-address-is-new-caller",
        what: "Each /64 of one network is a new caller.",
        find: "const name = `checkout-caller/${hash(around.at(-1) ?? own)}/${day}`;",
        replace: "void around; const name = `checkout-caller/${hash(own)}/${day}`;",
      },
      {
        name: "nothing-left-to-new-callers",
        what: "Callers who were here today may use up the shop's whole minute.",
        find: "const LEFT_TO_NEW_CALLERS = 0.25;",
        replace: "const LEFT_TO_NEW_CALLERS = 0;",
      },
      {
        name: "addresses-in-the-clear",
        what: "Addresses are counted under their own name, not under a hash.",
        find: "await admitOne(ofAddress, hash(own));",
        replace: "await admitOne(ofAddress, own);",
      },
      {
        name: "address-limit-unsaid",
        caughtBy: ["tests/unit/core/alarms/card-testing-alarm.test.ts"],
        what: "A refused address does not count as a sign of card testing.",
        find: 'await alarm.report("address_limit");',
        replace: "",
      },
      {
        name: "shop-limit-unsaid",
        caughtBy: ["tests/unit/core/alarms/card-testing-alarm.test.ts"],
        what: "A shop at its limit does not count as a sign of card testing.",
        find: 'await alarm.report("shop_limit");',
        replace: "",
      },
    ],
    { caughtBy: ["tests/unit/core/limits/checkout-limits.test.ts"] },
  ),
  ...bugsIn(
    "core/limits/network-of.ts",
    [
      {
        name: "mapped-address-is-another",
        what: "An IPv4 address that is written as an IPv6 one is another caller.",
        find: "if (address.isIPv4MappedAddress()) return { own: address.toIPv4Address().toString(), around: [] };",
        replace: "",
      },
      {
        name: "household-of-sixteen",
        what: "A household's /56 is taken for a /60.",
        find: "fourth & 0xff00], 56)",
        replace: "fourth & 0xfff0], 56)",
      },
    ],
    { caughtBy: ["tests/unit/core/limits/network-of.test.ts"] },
  ),
  ...bugsIn(
    "core/alarms/card-testing-alarm.ts",
    [
      {
        name: "fifty-first-alarms",
        what: "The alarm takes one sign more than it should.",
        find: "return signs >= SIGNS_THAT_ALARM;",
        replace: "return signs > SIGNS_THAT_ALARM;",
      },
      {
        name: "alarm-each-time",
        what: "The owner is told with each sign.",
        find: "if (note !== undefined && now() - Number(note.text) < WINDOW_MS) return false;",
        replace: "",
      },
      {
        name: "full-shop-is-one-sign",
        what: "A shop at its limit counts as one sign among fifty.",
        find: 'const weight = sign === "shop_limit" ? SIGNS_THAT_ALARM : 1;',
        replace: "void sign; const weight = 1;",
      },
      {
        name: "suspicion-for-ever",
        what: "A suspicion never ends.",
        find: "return note !== undefined && nowMs - Number(note.text) < WINDOW_MS;",
        replace: "void nowMs; return note !== undefined;",
      },
    ],
    { caughtBy: ["tests/unit/core/alarms/card-testing-alarm.test.ts"] },
  ),
  ...bugsIn(
    "core/limits/read-limit.ts",
    [
      {
        name: "unknown-callers-are-one",
        what: "All callers with an unknown address share the looks of one.",
        find: 'name: "read-unknown", limit: READS_FROM_UNKNOWN',
        replace: 'name: "read-unknown", limit: READS_PER_ADDRESS * Math.sign(READS_FROM_UNKNOWN)',
      },
    ],
    { caughtBy: ["tests/unit/core/limits/read-limit.test.ts"] },
  ),
  ...bugsIn(
    "core/limits/address-hash.ts",
    [
      {
        name: "address-guessed-from-hash",
        what: "The hash of an address is the same in every shop, so that all addresses can be tried.",
        find: 'const key = deriveKey(secret, "network-address");',
        replace: 'void secret; const key = deriveKey("", "network-address");',
      },
    ],
    { caughtBy: ["tests/unit/core/limits/address-hash.test.ts"] },
  ),
  ...bugsIn(
    "core/checkout/session-expiry.ts",
    [
      {
        name: "session-ends-too-soon",
        what: "A session that is opened at the end of a step ends earlier than Stripe allows.",
        find: "const wantedMs = startMs + STEP_MS + MARGIN_MS + minutes * MINUTE_MS;",
        replace: "const wantedMs = startMs + minutes * MINUTE_MS;",
      },
      {
        name: "session-ends-too-late",
        what: "A session that is to last for a day lasts longer than Stripe allows.",
        find: "const latestMs = startMs + DAY_MS - MARGIN_MS;",
        replace: "const latestMs = startMs + DAY_MS + MARGIN_MS;",
      },
    ],
    { caughtBy: ["tests/unit/core/checkout/session-expiry.test.ts"] },
  ),
  ...bugsIn(
    "core/checkout/quantity.ts",
    [
      {
        name: "one-less-than-the-most",
        what: "An order of exactly the largest quantity is refused.",
        find: "if (quantity <= max) return;",
        replace: "if (quantity < max) return;",
      },
    ],
    { caughtBy: ["tests/unit/core/checkout/quantity.test.ts"] },
  ),
];
