import { html, type Html } from "../format/html.ts";
import type { Delivered } from "../delivery/delivered.ts";
import type { MailColors } from "./mail-colors.ts";
import { MONO, SANS } from "./mail-fonts.ts";

/** What a line of the order brought, below it. */
export function deliveredHtml(delivered: Delivered, colors: MailColors): Html {
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
