import { field, type FormContent } from "./field.ts";
import { html, type Html } from "./html.ts";

export function shippingFields(countries: string[], content: FormContent): Html {
  const { typed } = content.form;
  const { errors } = content;
  const names = new Intl.DisplayNames("en", { type: "region", fallback: "code" });
  return html`<fieldset>
    <legend>Shipping address</legend>
    ${field(content, { name: "shippingName", label: "Full name", autocomplete: "shipping name" })}
    ${field(content, { name: "shippingLine1", label: "Address", autocomplete: "shipping address-line1" })}
    ${field(content, { name: "shippingLine2", label: "Address, second line (optional)", autocomplete: "shipping address-line2" })}
    <div class="pair">
      ${field(content, { name: "shippingPostalCode", label: "Postal code", autocomplete: "shipping postal-code" })}
      ${field(content, { name: "shippingCity", label: "City", autocomplete: "shipping address-level2" })}
    </div>
    <div class="field">
      <label for="shippingCountry">Country</label>
      <select id="shippingCountry" name="shippingCountry" autocomplete="shipping country">
        ${countries.map((code) => html`<option value="${code}" ${typed.shippingCountry === code ? html` selected` : null}>${names.of(code)}</option>`)}
      </select>
      ${errors.shippingCountry === undefined ? null : html`<p class="error">${errors.shippingCountry}</p>`}
    </div>
  </fieldset>`;
}
