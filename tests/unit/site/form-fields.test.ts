import { expect, test } from "vitest";

import { refusedFieldsIn } from "../../../cli/site/form-fields.ts";

const linesOf = (html: string) =>
  refusedFieldsIn(html, "public/index.html").map((warning) =>
    /^public\/index\.html:(\d+): .*"(.+)"/.exec(warning)?.slice(1).join(" "),
  );

test("D39: a field that makes the shop refuse its form is named, with its line", () => {
  const form = (fields: string) =>
    `<form method="post" action="/api/create-checkout-session">${fields}</form>`;
  expect(
    linesOf(
      form(`
<input name="price_id"><input name="priceId"><input name="quantity"><input name="client_reference_id">
<input name="email">
<textarea name="message"></textarea><select name="size"></select>
<input name="old" disabled><input placeholder="No name"><button>Buy</button>`),
    ),
  ).toEqual(["3 email", "4 message", "4 size"]);
  expect(linesOf('<form action="/newsletter"><input name="email"></form><input name="email">')).toEqual([]);
});

test("D39: the message about such a field is true with and without the script, and says what to do", () => {
  const form = '<form method="post" action="/api/create-checkout-session"><input name="note"></form>';
  expect(refusedFieldsIn(form, "public/index.html")).toEqual([
    `public/index.html:1: the shop refuses this form because of its field "note". Remove the field, or its name attribute: Stripe's page asks for name, e-mail and address itself.`,
  ]);
});
