import { expect, test } from "vitest";

import { deriveKey } from "../../../../core/auth/derive-key.ts";
import { createSigner } from "../../../../core/auth/signer.ts";

const NOW = Date.UTC(2031, 0, 1);
const LATER = NOW + 60_000;
const SESSION = "cs_test_0123456789";
const now = (): number => NOW;

const signer = createSigner(["secret one"], "claim-cookie", now);

test("D04: a token is valid for what it was made for, and fits into a cookie and an address", () => {
  const token = signer.sign(SESSION, LATER);
  expect(token).toMatch(/^[0-9a-z]+\.[\w-]{43}$/);
  expect(signer.isValid(token, SESSION)).toBe(true);
});

test("D04: a token proves nothing about another subject, for another purpose or under another secret", () => {
  const token = signer.sign(SESSION, LATER);
  expect(signer.isValid(token, "cs_test_9876543210")).toBe(false);
  expect(signer.isValid(token, "")).toBe(false);
  expect(createSigner(["secret one"], "order-page", now).isValid(token, SESSION)).toBe(false);
  expect(createSigner(["secret two"], "claim-cookie", now).isValid(token, SESSION)).toBe(false);
});

test("D04: a token is refused from the second in which it expires, and its expiry cannot be moved", () => {
  const token = signer.sign(SESSION, LATER);
  const at = (ms: number): boolean =>
    createSigner(["secret one"], "claim-cookie", () => ms).isValid(token, SESSION);
  expect(at(LATER - 1)).toBe(true);
  expect(at(LATER)).toBe(false);
  const [, signature] = token.split(".");
  expect(signer.isValid(`zzzzzz.${signature}`, SESSION)).toBe(false);
});

test("D04: a signature that is cut, extended, altered, empty or of another kind is invalid", () => {
  const token = signer.sign(SESSION, LATER);
  const [expiry = "", signature = ""] = token.split(".");
  const forgeries = [
    "",
    ".",
    expiry,
    `${expiry}.`,
    `${expiry}.${signature.slice(0, -1)}`,
    `${expiry}.${signature}A`,
    `${expiry}.${signature.slice(0, 22)}`,
    `${expiry}.${"A".repeat(43)}`,
    `${expiry}.${"é".repeat(43)}`,
    `${expiry}..${signature}`,
    ` ${token}`,
    `${token}\n`,
    `${token},${token}`,
    token.toUpperCase(),
    ...Array.from({ length: 42 }, (_, index) => {
      const at = expiry.length + 1 + index;
      return token.slice(0, at) + (token[at] === "A" ? "B" : "A") + token.slice(at + 1);
    }),
  ];
  expect(forgeries.filter((forgery) => signer.isValid(forgery, SESSION))).toEqual([]);
});

test("a secret is replaced by putting the new one in front: old tokens stay valid until the old secret is removed", () => {
  const before = createSigner(["old"], "order-page", now);
  const during = createSigner(["new", "old"], "order-page", now);
  const after = createSigner(["new"], "order-page", now);
  const oldToken = before.sign(SESSION, LATER);
  const newToken = during.sign(SESSION, LATER);
  expect(during.isValid(oldToken, SESSION)).toBe(true);
  expect(after.isValid(oldToken, SESSION)).toBe(false);
  expect(after.isValid(newToken, SESSION)).toBe(true);
  expect(before.isValid(newToken, SESSION)).toBe(false);
});

// The values come from another implementation of RFC 5869.
test("keys never change: links in mails that were sent must open after an update", () => {
  expect(deriveKey("sk_test_simulated", "claim-cookie").toString("hex")).toBe(
    "693ddf1d1e8c9b1eeb5f162004614a5e3f242b61652b521530344209df95926e",
  );
  expect(deriveKey("sk_test_simulated", "order-page").toString("hex")).toBe(
    "8352cf81310fc5f51945e48ea49dfa90f61926eed3ca04a887b64b852f9c35c7",
  );
  expect(createSigner(["sk_test_simulated"], "order-page", now).sign(SESSION, NOW)).toBe(
    "vu39c0.TDuKlDCPyR_DswFYgaEx6okA5W6AJzMFgFFml2-9VOs",
  );
});
