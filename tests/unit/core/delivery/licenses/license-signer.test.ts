import { createPublicKey, verify } from "node:crypto";

import { expect, test } from "vitest";

import { readLicenseKeys } from "../../../../../core/config/licenses.ts";
import {
  createLicenseSigner,
  LicenseKeyMissingError,
} from "../../../../../core/delivery/licenses/license-signer.ts";
import {
  privateKeyOf,
  publicKeyOf,
  type SigningKey,
} from "../../../../../core/delivery/licenses/signing-key.ts";
import { KEYS, licensedOrder } from "../../../../licenses/license-shop.ts";
import { mutateKey } from "../../../../licenses/mutate-key.ts";
import { createRandom } from "../../../../simulation/random.ts";

function keysIn(text: string): readonly SigningKey[] {
  return readLicenseKeys({ LICENSE_PRIVATE_KEY: text }).keys;
}

const signer = createLicenseSigner(keysIn(KEYS.first.secret));
const rotating = createLicenseSigner(keysIn(`${KEYS.second.secret}, ${KEYS.first.secret}`));

test("the public key is the one that RFC 8032 gives for its first example", () => {
  const seed = Buffer.from("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "hex");
  const { text } = publicKeyOf(privateKeyOf({ from: "20260101", seed }));
  expect(Buffer.from(text, "base64url").toString("hex")).toBe(
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
  );
});

test("a key shows its product, unit and day, is signed by the key it names, and is the same each time", () => {
  const key = signer.issue(licensedOrder(), "ebb-2", 3);
  expect(key).toMatch(/^LICENSE1-fe812c12-20261121-3-ebb-2\.[\w-]{100}\.[\w-]{86}$/);
  expect(createLicenseSigner(keysIn(KEYS.first.secret)).issue(licensedOrder(), "ebb-2", 3)).toBe(key);

  const publicKey = createPublicKey({
    key: { kty: "OKP", crv: "Ed25519", x: KEYS.first.publicKey },
    format: "jwk",
  });
  const dot = key.lastIndexOf(".");
  const signature = Buffer.from(key.slice(dot + 1), "base64url");
  expect(verify(null, Buffer.from(key.slice(0, dot)), publicKey, signature)).toBe(true);
});

test("B19: an order's key is exactly this text, in every future version of the shop", () => {
  expect(signer.issue(licensedOrder(), "ebb", 1)).toBe(
    "LICENSE1-fe812c12-20261121-1-ebb.KayuErHi0wBI2ylfh0gWUv1D4HCcjeDejHKhfQp4lD_obMX9DtzPUWCVd9VNJwSBrJsuTTuXO5Qa_6_H-tc_Mzk3OWJJury9LhJw.7qKuNLZns3S2wChvh0Jy_wwXbpzNW_S-b4HDD4wVYMrubJgOkIwHGyVzMsaA7uELt8HmngNvWzMXBDzG-0AcDg",
  );
});

test("the shop reads the order from its key, however it was pasted, and no one else can", () => {
  const order = licensedOrder();
  const key = signer.issue(order, "ebb", 1);
  const broken = ` ${key.slice(0, 76)}\r\n${key.slice(76, 152)}\n\t${key.slice(152)}\n`;
  expect(signer.read(broken)).toEqual({ orderId: order.orderId, livemode: true });

  const [, sealed = ""] = key.split(".");
  const readable = key + Buffer.from(sealed, "base64url").toString("latin1");
  for (let at = 8; at < order.orderId.length - 6; at += 1)
    expect(readable).not.toContain(order.orderId.slice(at, at + 6));
});

test("every unit, product and order has a key of its own", () => {
  const other = licensedOrder({ orderId: "cs_live_b1SxQ7rT4uVwXyZ0123456789" });
  const keys = [
    signer.issue(licensedOrder(), "ebb", 1),
    signer.issue(licensedOrder(), "ebb", 2),
    signer.issue(licensedOrder(), "ebb-1", 1),
    signer.issue(other, "ebb", 1),
  ];
  expect(new Set(keys.map((key) => key.split(".").at(-1))).size).toBe(4);
});

test("a purchase in test mode gets a key that says so and opens no live order", () => {
  const order = licensedOrder({ orderId: "cs_test_a1SxQ7rT4uVwXyZ0123456789", livemode: false });
  const key = signer.issue(order, "ebb", 1);
  expect(key).toMatch(/^TESTLICENSE1-/);
  expect(signer.read(key)).toEqual({ orderId: order.orderId, livemode: false });
  expect(signer.read(key.slice("TEST".length))).toBeUndefined();
});

test("B19: an order keeps its key when another secret takes over, and orders from that day on use the new secret", () => {
  const before = licensedOrder({ createdMs: Date.UTC(2027, 1, 28, 23, 59, 59) });
  const after = licensedOrder({ createdMs: Date.UTC(2027, 2, 1) });
  expect(rotating.issue(before, "ebb", 1)).toBe(signer.issue(before, "ebb", 1));
  expect(rotating.issue(after, "ebb", 1)).not.toBe(signer.issue(after, "ebb", 1));
  for (const order of [before, after])
    expect(rotating.read(rotating.issue(order, "ebb", 1))?.orderId).toBe(order.orderId);
});

test("the oldest secret signs for orders that are older than every secret", () => {
  const old = licensedOrder({ createdMs: Date.UTC(2020, 0, 1) });
  expect(rotating.issue(old, "ebb", 1)).toBe(signer.issue(old, "ebb", 1));
});

test("keys of a removed secret are unknown, and the secret in its place signs for all orders", () => {
  const replaced = createLicenseSigner(keysIn(KEYS.second.secret));
  const key = signer.issue(licensedOrder(), "ebb", 1);
  expect(replaced.read(key)).toBeUndefined();
  expect(replaced.read(replaced.issue(licensedOrder(), "ebb", 1))?.orderId).toBe(licensedOrder().orderId);
});

test("E12: without a secret nothing is issued, and the error names the variable", () => {
  const none = createLicenseSigner([]);
  expect(none.canIssue).toBe(false);
  expect(() => none.issue(licensedOrder(), "ebb", 1)).toThrow(LicenseKeyMissingError);
  expect(() => none.issue(licensedOrder(), "ebb", 1)).toThrow(
    /^LICENSE_PRIVATE_KEY is not set .*license:keys/,
  );
  expect(none.read(signer.issue(licensedOrder(), "ebb", 1))).toBeUndefined();
});

test("10,000 keys that are almost right are unknown", () => {
  const random = createRandom(1, "license keys");
  const inTestMode = licensedOrder({ orderId: "cs_test_a1SxQ7rT4uVwXyZ0123456789", livemode: false });
  const keys = [
    rotating.issue(licensedOrder(), "ebb", 1),
    rotating.issue(licensedOrder(), "price_1SxQ7rT4uVwXyZ", 12),
    rotating.issue(licensedOrder({ createdMs: Date.UTC(2027, 4, 1) }), "ebb", 1),
    rotating.issue(inTestMode, "ebb", 1),
  ];
  for (const key of keys) expect(rotating.read(key), key).toBeDefined();
  for (let round = 0; round < 10_000; round += 1) {
    const mutated = mutateKey(keys, random);
    expect(rotating.read(mutated), JSON.stringify(mutated)).toBeUndefined();
  }
});

test("text that is not a key is unknown, and costs no time", () => {
  const texts = ["", " ", ".", "..", "LICENSE1", "LICENSE1-".repeat(100_000), "-".repeat(1_000_000), "\0"];
  for (const text of texts) expect(signer.read(text)).toBeUndefined();
});

test.for([
  ["E12: another kind of text", "whsec_12345678"],
  ["E12: a public key", KEYS.first.publicKey],
  ["E12: a key that was cut off", KEYS.first.secret.slice(0, -1)],
  ["E12: a valid secret beside an invalid one", `${KEYS.first.secret},oops`],
  ["E12: a day that does not exist", KEYS.first.secret.replace("20261101", "20261131")],
  ["E12: another spelling of the same bytes", KEYS.first.secret.replace(/c$/, "d")],
])("%s is refused as LICENSE_PRIVATE_KEY, and not quoted", ([, text = ""]) => {
  const { keys, problems } = readLicenseKeys({ LICENSE_PRIVATE_KEY: text });
  expect(keys).toEqual([]);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(/^LICENSE_PRIVATE_KEY is not a key for licenses/);
  expect(problems[0]).not.toContain(text);
});

test("two secrets that begin on the same day are refused, whether or not they are the same", () => {
  const sameDay = KEYS.second.secret.replace("20270301", "20261101");
  for (const text of [`${KEYS.first.secret},${sameDay}`, `${KEYS.first.secret} ${KEYS.first.secret}`]) {
    expect(readLicenseKeys({ LICENSE_PRIVATE_KEY: text }).problems).toEqual([
      expect.stringMatching(/^LICENSE_PRIVATE_KEY holds two keys that begin on the same day/),
    ]);
  }
});
