import type { World } from "../../state/world.ts";
import type { SessionLine } from "../../transitions/create-session.ts";
import { StripeApiError } from "../errors.ts";
import type { ParametersOf } from "../parameters.ts";
import type { createSessionParameters } from "./checkout-session-parameters.ts";

type Parameters = ParametersOf<typeof createSessionParameters>;

/** What we saw Stripe refuse, and what its changelog of 2026-04-22 names: tax, shipping. Its own list may be longer. */
const REFUSED = [
  "allowed_payment_method_types",
  "custom_text",
  "payment_method_configuration",
  "shipping_address_collection",
  "shipping_options",
] as const satisfies readonly (keyof Parameters)[];

/** "General - Electronically Supplied Services" and the like are eligible; this one, for what fits nowhere, is not. */
const INELIGIBLE = "txcd_99999999";

/** The rules of Managed Payments, in Stripe's sentences. */
export function refuseManaged(world: World, parameters: Parameters, lines: readonly SessionLine[]): void {
  const byDefault = parameters.managed_payments?.enabled === undefined;
  for (const name of refusedParameters(parameters)) {
    throw new StripeApiError(
      byDefault
        ? `${name} cannot be used with Managed Payments, which is enabled by default on your account. Remove ${name}, or pass managed_payments[enabled]=false to disable it for this request.`
        : `${name} cannot be used with Managed Payments.`,
      { param: name },
    );
  }
  for (const [index, { price }] of lines.entries()) {
    const taxCode = world.state.products[price.product]?.tax_code ?? null;
    if (taxCode !== null && taxCode !== INELIGIBLE) continue;
    throw new StripeApiError(
      taxCode === null
        ? `Invalid line_items[${index}]: the product tax code is missing. Product tax code is required for Managed Payments.`
        : `Invalid line_items[${index}]: the product tax code ${taxCode} is not eligible for Managed Payments.`,
      { param: `line_items[${index}]` },
    );
  }
}

function refusedParameters(parameters: Parameters): string[] {
  const names: string[] = REFUSED.filter((name) => parameters[name] !== undefined);
  if (parameters.automatic_tax?.enabled === true) names.unshift("automatic_tax");
  if (parameters.line_items?.some((line) => line.tax_rates !== undefined))
    names.push("line_items[tax_rates]");
  return names;
}
