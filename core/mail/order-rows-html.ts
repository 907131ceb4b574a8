import { html, type Html } from "../format/html.ts";
import { deliveredHtml } from "./delivered-html.ts";
import type { MailColors } from "./mail-colors.ts";
import { SANS } from "./mail-fonts.ts";
import type { ConfirmationLine, ConfirmationWords } from "./confirmation-words.ts";
import type { SumRow } from "./sum-rows.ts";

/** What was bought and what it came to: the rows of the only table in the mail that holds data. */
export function orderRowsHtml(words: ConfirmationWords, colors: MailColors): Html {
  return html`${words.lines.map((line) => orderLine(line, colors))}
  ${words.sums.map((row) => sumRow(row, colors))} ${totals(words, colors)}`;
}

function orderLine({ name, quantity, amount, deliveries }: ConfirmationLine, colors: MailColors): Html {
  const cell = `color:${colors.text};font-family:${SANS};font-size:16px;line-height:1.4;padding:14px 0`;
  const below = deliveries.length === 0 ? `;border-bottom:1px solid ${colors.line}` : "";
  return html`<tr>
      <td class="text line" valign="top" style="${cell}${below};overflow-wrap:anywhere">
        ${quantity > 1 ? `${quantity} × ` : ""}<span dir="auto">${name}</span>
      </td>
      <td
        class="text line"
        valign="top"
        align="right"
        style="${cell}${below};padding-left:16px;white-space:nowrap"
      >
        ${amount}
      </td>
    </tr>
    ${
      deliveries.length === 0
        ? undefined
        : html`<tr>
            <td class="line" colspan="2" style="padding:0 0 14px;border-bottom:1px solid ${colors.line}">
              ${deliveries.map((delivered) => deliveredHtml(delivered, colors))}
            </td>
          </tr>`
    }`;
}

function sumRow({ name, amount }: SumRow, colors: MailColors): Html {
  const cell = `color:${colors.text};font-family:${SANS};font-size:16px;line-height:1.4;padding:14px 0 0`;
  return html`<tr>
    <td class="text" style="${cell}">${name}</td>
    <td class="text" align="right" style="${cell};padding-left:16px;white-space:nowrap">${amount}</td>
  </tr>`;
}

function totals({ total, paid, included }: ConfirmationWords, colors: MailColors): Html {
  const cell = `color:${colors.text};font-family:${SANS};font-size:18px;font-weight:700;line-height:1.4;padding:14px 0 0`;
  const soft = `color:${colors.softText};font-family:${SANS};font-size:14px;line-height:1.4;padding:4px 0 0`;
  return html`<tr>
      <td class="text" style="${cell}">Total</td>
      <td class="text" align="right" style="${cell};padding-left:16px;white-space:nowrap">${total}</td>
    </tr>
    ${[...included, ...(paid === undefined ? [] : [`You paid ${paid}, converted by Stripe.`])].map(
      (sentence) =>
        html`<tr>
          <td class="soft" colspan="2" align="right" style="${soft}">${sentence}</td>
        </tr>`,
    )}`;
}
