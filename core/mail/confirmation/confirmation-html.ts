import { html, type Html } from "../../format/html.ts";
import { isolate } from "../../format/isolate.ts";
import { lightColors, MAIL_STYLE, MONO, SANS, SERIF, type MailColors } from "./mail-style.ts";
import type { ConfirmationWords } from "./confirmation-words.ts";
import { orderRowsHtml } from "./order-rows-html.ts";

/**
 * The mail as HTML that mail programs understand: tables for layout, styles on the elements (Gmail keeps a `<style>` only
 * sometimes, Outlook knows neither max-width on a div nor flex), and one `<style>` for extras: dark mode and phones. No script, no
 * form, no image but the shop's own logo: the mail is complete with images switched off, and does not report that it was opened.
 * https://www.caniemail.com
 */
export function confirmationHtml(words: ConfirmationWords): string {
  const { shop } = words;
  const colors = lightColors(shop);
  const text = `color:${colors.text};font-family:${SANS};font-size:16px;line-height:1.5`;
  const soft = `color:${colors.softText};font-family:${SANS};font-size:14px;line-height:1.5`;
  const document = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <meta name="format-detection" content="telephone=no, date=no, address=no, email=no" />
        <title>${words.headline}</title>
        <style>
          ${{ markup: MAIL_STYLE }}
        </style>
      </head>
      <body
        class="page"
        bgcolor="${colors.background}"
        style="margin:0;padding:0;background-color:${colors.background};-webkit-text-size-adjust:100%"
      >
        <div style="display:none;max-height:0;overflow:hidden">
          ${words.total} · ${words.lines.map(({ name }) => isolate(name)).join(", ")}
        </div>
        <table
          role="presentation"
          width="100%"
          cellpadding="0"
          cellspacing="0"
          border="0"
          class="page"
          bgcolor="${colors.background}"
          style="background-color:${colors.background}"
        >
          <tr>
            <td align="center" style="padding:32px 16px">
              <table
                role="presentation"
                width="100%"
                cellpadding="0"
                cellspacing="0"
                border="0"
                style="max-width:560px"
              >
                <tr>
                  <td style="padding:0 0 28px">${wordmark(words, colors)}</td>
                </tr>
                <tr>
                  <td class="text" style="${text};padding:0 0 12px">
                    <h1
                      class="text"
                      style="margin:0;color:${colors.text};font-family:${SERIF};font-size:30px;font-weight:600;line-height:1.15"
                    >
                      ${words.headline}
                    </h1>
                  </td>
                </tr>
                <tr>
                  <td class="text" style="${text};padding:0 0 24px;overflow-wrap:anywhere">
                    ${words.greeting} ${words.opening}
                  </td>
                </tr>
                <tr>
                  <td
                    class="panel"
                    bgcolor="${colors.panel}"
                    style="background-color:${colors.panel};padding:8px 24px 20px"
                  >
                    <table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">
                      ${orderRowsHtml(words, colors)}
                    </table>
                  </td>
                </tr>
                <tr>
                  <td style="padding:28px 0 12px">${button("See your order", words.orderUrl, colors)}</td>
                </tr>
                <tr>
                  <td class="soft" style="${soft};padding:0 0 28px">
                    Your order page always shows the status of your order. Keep this mail: its button opens
                    the page on any device.
                  </td>
                </tr>
                <tr>
                  <td
                    class="text line"
                    style="${text};padding:20px 0 0;border-top:1px solid ${colors.line};overflow-wrap:anywhere"
                  >
                    ${support(words, colors)}
                  </td>
                </tr>
                <tr>
                  <td class="soft" style="${soft};padding:16px 0 0">
                    <span dir="auto">${shop.name}</span> · ordered on ${words.orderedOn}<br />
                    Order number
                    <span style="font-family:${MONO};font-size:12px;word-break:break-all"
                      >${words.orderNumber}</span
                    >
                  </td>
                </tr>
              </table>
            </td>
          </tr>
        </table>
      </body>
    </html> `;
  return document.markup;
}

function wordmark({ shop }: ConfirmationWords, colors: MailColors): Html {
  const style = `color:${colors.text};font-family:${SERIF};font-size:24px;font-style:italic;font-weight:600;line-height:1.2`;
  // Where images are off, the name takes the logo's place.
  if (shop.logoUrl !== undefined) {
    return html`<img
      class="text"
      src="${shop.logoUrl}"
      alt="${shop.name}"
      height="40"
      style="display:block;height:40px;max-width:100%;border:0;${style}"
    />`;
  }
  return html`<span class="text" style="${style}">${shop.name}</span>`;
}

/** A cell with a color of its own and a link that fills it: Outlook shows no other kind of button. */
function button(label: string, url: string, colors: MailColors): Html {
  return html`<table role="presentation" cellpadding="0" cellspacing="0" border="0">
    <tr>
      <td
        class="button"
        bgcolor="${colors.button}"
        style="background-color:${colors.button};border-radius:4px"
      >
        <a
          href="${url}"
          style="display:inline-block;padding:12px 24px;color:${colors.buttonText};font-family:${SANS};font-size:16px;font-weight:600;line-height:1.25;text-decoration:none"
          >${label}</a
        >
      </td>
    </tr>
  </table>`;
}

function support({ shop }: ConfirmationWords, colors: MailColors): Html {
  if (shop.supportEmail === undefined) return html`Questions? Reply to this mail.`;
  return html`Questions? Reply to this mail, or write to
    <a class="link" href="mailto:${shop.supportEmail}" style="color:${colors.link}">${shop.supportEmail}</a
    >.`;
}
