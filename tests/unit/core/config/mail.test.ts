import { expect, test } from "vitest";

import { readMail } from "../../../../core/config/mail.ts";

const FROM = { MAIL_FROM: "Low Tide <orders@shop.example>" };

test.for([
  [
    "smtps://user:secret@smtp.example.com",
    { host: "smtp.example.com", port: 465, tls: "implicit", auth: { user: "user", pass: "secret" } },
  ],
  [
    "smtp://apikey:SG.a%2Fb%23c%3Fd%25@smtp.example.com:2525/",
    { host: "smtp.example.com", port: 2525, tls: "required", auth: { user: "apikey", pass: "SG.a/b#c?d%" } },
  ],
  [
    "smtp://orders%40shop.example:p@ss@smtp.example.com",
    {
      host: "smtp.example.com",
      port: 587,
      tls: "required",
      auth: { user: "orders@shop.example", pass: "p@ss" },
    },
  ],
  ["smtp://127.0.0.1:1025", { host: "127.0.0.1", port: 1025, tls: "off", auth: undefined }],
  ["smtp://[::1]:1025", { host: "::1", port: 1025, tls: "off", auth: undefined }],
] as const)("%s names a mail server", ([url, smtp]) => {
  expect(readMail({ SMTP_URL: url, ...FROM })).toEqual({
    config: { smtp, from: { name: "Low Tide", address: "orders@shop.example" }, replyTo: undefined },
    delivery: "at-least-once",
    problems: [],
  });
});

test.for([
  [{ SMTP_URL: "smtp.example.com", ...FROM }, "SMTP_URL"],
  [{ SMTP_URL: "https://smtp.example.com", ...FROM }, "SMTP_URL"],
  [{ SMTP_URL: "smtp://", ...FROM }, "SMTP_URL"],
  [{ SMTP_URL: "smtp://user@smtp.example.com", ...FROM }, "SMTP_URL"],
  [{ SMTP_URL: "smtp://user:CANARY/x@smtp.example.com", ...FROM }, "SMTP_URL"],
  [{ SMTP_URL: "smtp://user:CANARY#x@smtp.example.com", ...FROM }, "SMTP_URL"],
  [{ SMTP_URL: "smtp://user:CANARY%zz@smtp.example.com", ...FROM }, "SMTP_URL"],
  [{ SMTP_URL: "smtp://user:CANARY@smtp.example.com?tls.rejectUnauthorized=false", ...FROM }, "SMTP_URL"],
  [{ SMTP_URL: "smtp://user:CANARY@smtp.example.com:99999", ...FROM }, "SMTP_URL"],
  [{ SMTP_URL: "smtp://a:b@smtp.example.com" }, "MAIL_FROM is not set"],
  [{ SMTP_URL: "smtp://a:b@smtp.example.com", MAIL_FROM: "Low Tide" }, "MAIL_FROM is not a sender"],
  [
    { SMTP_URL: "smtp://a:b@smtp.example.com", MAIL_FROM: "a@shop.example, b@shop.example" },
    "MAIL_FROM is not a sender",
  ],
  [
    { SMTP_URL: "smtp://a:b@smtp.example.com", ...FROM, MAIL_REPLY_TO: "Help <help@shop.example>" },
    "MAIL_REPLY_TO",
  ],
  [FROM, "SMTP_URL is not set although MAIL_FROM is"],
  [{ MAIL_DELIVERY: "once" }, "MAIL_DELIVERY"],
] as const)(
  "C03: %j is refused by a sentence that names the variable and not the password",
  ([variables, named]) => {
    const { config, problems } = readMail(variables);
    expect(config).toBeUndefined();
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(named);
    expect(problems[0]).not.toContain("CANARY");
  },
);

test("without SMTP_URL the shop sends no mails, which is not an error", () => {
  expect(readMail({})).toEqual({ config: undefined, delivery: "at-least-once", problems: [] });
  expect(readMail({ MAIL_DELIVERY: "at-most-once" }).delivery).toBe("at-most-once");
});
