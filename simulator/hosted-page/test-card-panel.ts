import { cardExamples, groupedDigits } from "./examples.ts";
import { html, type Html } from "./html.ts";

/** The test cards as buttons that send the form to be filled in, without script. */
export function testCardPanel(): Html {
  return html`<aside class="examples" aria-labelledby="examples-title">
    <p id="examples-title">
      <strong>Test cards</strong> <span class="hint">One click fills in the form.</span>
    </p>
    ${cardExamples.map(
      ({ number, label }) =>
        html`<button form="payment" name="fill" value="${number}">
          <span>${label}</span> <code>${groupedDigits(number)}</code>
        </button>`,
    )}
  </aside>`;
}
