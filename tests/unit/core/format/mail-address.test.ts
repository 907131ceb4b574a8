import { expect, test } from "vitest";

import { isMailAddress, parseMailbox, wireAddress } from "../../../../core/format/mail-address.ts";

test.for([
  ["ada@example.com", "ada@example.com"],
  ["ada.lovelace+shop@mail.example.co.uk", "ada.lovelace+shop@mail.example.co.uk"],
  ["o'neill_{x}@example.com", "o'neill_{x}@example.com"],
  ["ada@bücher.example", "ada@xn--bcher-kva.example"],
  ["ada@例え.テスト", "ada@xn--r8jz45g.xn--zckzah"],
  ["grüße@example.com", "grüße@example.com"],
] as const)("D23: %s is mailed as %s", ([address, onTheWire]) => {
  expect(wireAddress(address)).toBe(onTheWire);
});

test.for([
  ["a..b@docomo.example", '"a..b"@docomo.example'],
  ["taro.@docomo.example", '"taro."@docomo.example'],
  [".taro-@docomo.example", '".taro-"@docomo.example'],
  ["t...a.r..o@bücher.example", '"t...a.r..o"@xn--bcher-kva.example'],
  [`${"a".repeat(61)}.@docomo.example`, `"${"a".repeat(61)}."@docomo.example`],
] as const)(
  "D50: %s, with dots as Japanese providers assigned them, is mailed as %s",
  ([address, onTheWire]) => {
    expect(isMailAddress(address)).toBe(true);
    expect(wireAddress(address)).toBe(onTheWire);
  },
);

test.for([
  "",
  "ada",
  "@example.com",
  "ada@",
  "ada@example",
  "ada@@example.com",
  "ada@example.com,eve@example.com",
  "ada@example.com, eve@example.com",
  "ada@example.com;eve@example.com",
  "ada@example.com eve@example.com",
  "ada@example.com\r\nBcc: eve@example.com",
  "ada@example.com\nRCPT TO:<eve@example.com>",
  "ada@example.com\u2028eve@example.com",
  "ada@example.com\0",
  "\0ada@example.com",
  "ada%0d%0aBcc:eve@example.com",
  "Ada <ada@example.com>",
  "<ada@example.com>",
  "ada@example.com>",
  "ada(comment)@example.com",
  '"ada,eve"@example.com',
  '"ada@evil.example"@example.com',
  "undisclosed:ada@example.com;",
  "ada@[127.0.0.1]",
  "ada@127.0.0.1",
  "ada@exa mple.com",
  "ada@example.com.",
  "ada@-example.com",
  ".@example.com",
  "..@example.com",
  '"a..b"@example.com',
  "a..b@example.com,eve@example.com",
  "a..b@example.com\r\nRCPT TO:<eve@example.com>",
  'a..b"@example.com',
  `${"a".repeat(62)}.@example.com`,
  "ada\u00ad@example.com",
  "ada\u202e@example.com",
  "ada@exam\u00adple.com",
  "ada@exam\u200bple.com",
  "ada@example。com",
  "ada@example.com/eve",
  `${"a".repeat(65)}@example.com`,
  `ada@${"a".repeat(250)}.example`,
])("D23: %j is not one address", (text) => {
  expect(isMailAddress(text)).toBe(false);
  expect(wireAddress(text)).toBeUndefined();
});

test.for([
  ["orders@shop.example", { name: undefined, address: "orders@shop.example" }],
  [" Low Tide <orders@shop.example> ", { name: "Low Tide", address: "orders@shop.example" }],
  ['"Tide, Low" <orders@shop.example>', { name: "Tide, Low", address: "orders@shop.example" }],
  ["Bücher & Söhne <o@bücher.example>", { name: "Bücher & Söhne", address: "o@bücher.example" }],
  ["Low Tide <orders@shop.example>, Eve <eve@shop.example>", undefined],
  ["Low\nTide <orders@shop.example>", undefined],
  ["Low Tide orders@shop.example", undefined],
  ['"=?utf-8?Q?=0D=0ABcc:_eve?=" <orders@shop.example>', undefined],
] as const)("%j is the sender %j", ([text, mailbox]) => {
  expect(parseMailbox(text)).toEqual(mailbox);
});
