/**
 * A function in production talks to the real Stripe and refuses any other address. This file is preloaded into the functions' process
 * and sends those calls to the simulated Stripe, so that the shipped code runs offline and with a production environment.
 */
const realFetch = globalThis.fetch;
const { STRIPE_STAND_IN: standIn } = process.env;

globalThis.fetch = (input, init) => {
  const request = new Request(input, init);
  const { origin, href } = new URL(request.url);
  if (origin !== "https://api.stripe.com" || standIn === undefined) return realFetch(request);
  return realFetch(new Request(href.replace(origin, standIn), request));
};
