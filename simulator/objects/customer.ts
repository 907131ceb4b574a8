import type { Buyer } from "../state/state.ts";
import type { Customer } from "../state/stored.ts";

export function customer(fields: {
  id: string;
  buyer: Buyer;
  created: number;
  invoicePrefix: string;
}): Customer {
  const { buyer } = fields;
  return {
    id: fields.id,
    object: "customer",
    address: buyer.shipping?.address ?? null,
    balance: 0,
    created: fields.created,
    currency: null,
    customer_account: null,
    default_source: null,
    delinquent: false,
    description: null,
    discount: null,
    email: buyer.email,
    invoice_prefix: fields.invoicePrefix,
    invoice_settings: {
      custom_fields: null,
      default_payment_method: null,
      footer: null,
      rendering_options: null,
    },
    livemode: false,
    metadata: {},
    name: buyer.name,
    next_invoice_sequence: 1,
    phone: buyer.phone,
    preferred_locales: [],
    shipping:
      buyer.shipping === null
        ? null
        : { name: buyer.shipping.name, address: buyer.shipping.address, phone: buyer.phone ?? "" },
    tax_exempt: "none",
    test_clock: null,
  };
}
