import type { Product } from "../state/stored.ts";

export function product(fields: {
  id: string;
  name: string;
  description: string | null;
  images: string[];
  active: boolean;
  defaultPrice: string | null;
  taxCode?: string | null;
  created: number;
}): Product {
  return {
    id: fields.id,
    object: "product",
    active: fields.active,
    created: fields.created,
    default_price: fields.defaultPrice,
    description: fields.description,
    images: fields.images,
    livemode: false,
    marketing_features: [],
    metadata: {},
    name: fields.name,
    package_dimensions: null,
    shippable: null,
    statement_descriptor: null,
    tax_code: fields.taxCode ?? null,
    tax_details: null,
    type: "service",
    unit_label: null,
    updated: fields.created,
    url: null,
  };
}
