/**
 * Runs before every unit test (`setupFiles` in vitest.config.ts): a request through the real `fetch` to anything but this machine
 * throws instead of reaching Stripe.
 */
const { fetch } = globalThis;

globalThis.fetch = async (input, init) => {
  const { hostname, origin } = new URL(input instanceof Request ? input.url : input);
  if (!["127.0.0.1", "localhost", "[::1]"].includes(hostname))
    throw new Error(`A test asked ${origin}: give it a fetch of its own, such as \`shop.stripe.fetch\`.`);
  return fetch(input, init);
};
