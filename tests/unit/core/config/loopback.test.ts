import { expect, test } from "vitest";

import { isLoopbackHost } from "../../../../core/config/loopback.ts";

test.each(["localhost", "localhost:3000", "127.0.0.1", "127.0.0.1:8888", "[::1]", "[::1]:3000"])(
  "%s is on this machine",
  (host) => {
    expect(isLoopbackHost(host)).toBe(true);
  },
);

test.each([
  "",
  "shop.example",
  "localhost.example",
  "127.0.0.1.example",
  "shop.localhost",
  "0.0.0.0",
  "192.168.1.5:3000",
  "[::2]",
  "[::1",
])("%s is not known to be on this machine", (host) => {
  expect(isLoopbackHost(host)).toBe(false);
});
