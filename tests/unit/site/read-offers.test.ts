import { expect, test } from "vitest";

import { readOffers } from "../../../cli/site/read-offers.ts";

const offersOf = (html: string) => readOffers(html, "public/index.html");
const names = (html: string) => offersOf(html).map(({ name, line }) => `${line} ${name}`);
const printed = (html: string) =>
  offersOf(html).flatMap((offer) =>
    offer.printed.map(({ amount, currency, words }) => [offer.name, amount, currency, words]),
  );

test("finds every data-price-id, with its line", () => {
  expect(
    names(`<!doctype html>
<button data-price-id="price_1">Buy</button>
<a class="stripe-checkout-btn"
   href="#"
   data-price-id=" poster-a2 ">Buy</a>
<template><button data-price-id=price_3></button></template>`),
  ).toEqual(["2 price_1", "5 poster-a2", "6 price_3"]);
});

test("finds what forms offer: fields, buttons, and the options of a list", () => {
  expect(
    names(`<form>
<input type="hidden" name="price_id" value="price_1">
<input type="radio" name="price_id" value="price_2">
<select name="price_id">
  <option value="">Please choose</option>
  <option value="price_3">A3</option>
  <optgroup><option>price_4</option></optgroup>
</select>
<button name="price_id" value="price_5">Buy</button>
<input name="quantity" value="price_of_nothing">
</form>`),
  ).toEqual(["2 price_1", "3 price_2", "6 price_3", "7 price_4", "9 price_5"]);
});

test("D26: a form's priceId is for sale as well, and a price beside a list does not belong to one option", () => {
  const form = `<article><data class="price" value="20.00">€20</data><form>
<select name="priceId"><option value="price_s">S</option><option value="price_l">L</option></select>
<button class="stripe-checkout-btn" data-price-id="price_s">Buy</button></form></article>`;
  expect(names(form)).toEqual(["2 price_s", "2 price_l", "3 price_s"]);
  expect(printed(form)).toEqual([]);
});

test("a price that is commented out, empty or only mentioned is not for sale", () => {
  expect(
    names(`<!-- <button data-price-id="price_1">Buy</button> -->
<button data-price-id="">Buy</button> <code>data-price-id="price_2"</code>
<script>"<button data-price-id='price_3'>"</script>`),
  ).toEqual([]);
});

test("a price is printed on the button itself, or by the nearest <data class=price> around it", () => {
  expect(
    printed(`<button data-price-id="price_1" data-price-amount="32.00" data-price-currency="EUR">Buy</button>
<article><p><data class="big price" value="14.00" data-currency="EUR">€14</data></p><div><button data-price-id="price_2">Buy</button></div></article>
<article><data itemprop="price" value="6">6 euro</data><form><input name="price_id" value="price_3"></form></article>`),
  ).toEqual([
    ["price_1", "32.00", "EUR", undefined],
    ["price_2", "14.00", "EUR", "€14"],
    ["price_3", "6", undefined, "6 euro"],
  ]);
});

test("a price beside two different things, a crossed-out one, or one of something else is ignored", () => {
  expect(
    printed(`<section><data class="price" value="32.00">€32</data>
<button data-price-id="price_1">One</button> <button data-price-id="price_2">Other</button></section>
<article><s><data class="price" value="40.00">€40</data></s> <data class="price" value="32.00">€32</data>
<button data-price-id="price_3">Buy</button></article>
<article><data value="2026">this year</data><button data-price-id="price_4">Buy</button></article>`),
  ).toEqual([["price_3", "32.00", undefined, "€32"]]);
});

test("JSON-LD belongs to the price that its sku names, or to the only price on its page", () => {
  const jsonLd = (sku: string) => `<script type="application/ld+json">
{ "@type": "Product", "offers": [{ "@type": "Offer", "priceCurrency": "EUR",
  "price": "32.00"${sku} }] }
</script>`;
  const button = (name: string) => `<button data-price-id="${name}">Buy</button>`;
  expect(printed(button("price_1") + jsonLd(""))).toEqual([["price_1", "32.00", "EUR", undefined]]);
  expect(printed(button("price_1") + button("price_2") + jsonLd(""))).toEqual([]);
  const named = offersOf(`${button("price_1")}${button("price_2")}\n${jsonLd(', "sku": "price_2"')}`);
  expect(named.flatMap((offer) => offer.printed.map(({ line }) => [offer.name, line]))).toEqual([
    ["price_2", 4],
  ]);
  expect(printed(`${button("price_1")}<script type="application/ld+json">{ broken</script>`)).toEqual([]);
});
