import { html, type Html } from "../../format/html.ts";
import type { Delivered } from "../../delivery/delivered.ts";
import { MONO, SANS, type MailColors } from "./mail-style.ts";
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

/** What a line of the order brought, below it. */
function deliveredHtml(delivered: Delivered, colors: MailColors): Html {
  const soft = `color:${colors.softText};font-family:${SANS};font-size:14px;line-height:1.5`;
  const text = `color:${colors.text};font-family:${SANS};font-size:15px;line-height:1.5;overflow-wrap:anywhere`;
  const key = `color:${colors.text};background-color:${colors.background};font-family:${MONO};font-size:14px;line-height:1.6;padding:10px 12px;word-break:break-all`;
  const { name } = delivered;
  switch (delivered.kind) {
    case "download":
      return block(
        html`${link(html`Download ${ownOrder(name)}`, delivered.url, text, colors)}${
          delivered.note === undefined
            ? undefined
            : html`<br /><span class="soft" style="${soft}">${delivered.note}</span>`
        }`,
      );
    case "link":
      return block(link(ownOrder(name), delivered.url, text, colors));
    case "license":
      return block(
        html`<span class="soft" dir="auto" style="${soft}">${name}</span>
          <table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">
            <tr>
              <td class="key" bgcolor="${colors.background}" style="${key}">${delivered.key}</td>
            </tr>
          </table>`,
      );
    case "text":
      return block(
        html`<span class="soft" dir="auto" style="${soft}">${name}</span><br />
          <span class="text" style="${text}"
            >${delivered.text.split("\n").map((line, index) => html`${index === 0 ? undefined : html`<br />`}${ownOrder(line)}`)}</span
          >`,
      );
  }
}

function block(content: Html): Html {
  return html`<div style="padding:2px 0 8px">${content}</div>`;
}

/** Words from outside, whichever direction they are written in. */
function ownOrder(words: string): Html {
  return html`<span dir="auto">${words}</span>`;
}

function link(label: Html, url: string, style: string, colors: MailColors): Html {
  return html`<a class="link" href="${url}" style="${style};color:${colors.link};font-weight:600"
    >${label}</a
  >`;
}
