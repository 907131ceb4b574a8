import { html, type Html } from "../../../core/format/html.ts";
import { backTo, clockTime, devPage, mailBody, refusal } from "../panel/document.ts";
import type { MailServerMood } from "./mail-server.ts";
import type { KeptMail, Mailbox } from "./mailbox.ts";

export interface InboxDependencies {
  mailbox: Mailbox;
  /** How the mail server treats the next mails. */
  mood: { current: MailServerMood };
  /** Set when mails leave the machine instead of coming here. */
  sendsFor: string | undefined;
}

const VIEWS = ["html", "phone", "text", "headers", "source"] as const;
type View = (typeof VIEWS)[number];
const VIEW_NAMES: Record<View, string> = {
  html: "Wide",
  phone: "Phone",
  text: "Text",
  headers: "Headers",
  source: "Source",
};

const MOODS: Record<MailServerMood, string> = {
  works: "takes every mail",
  busy: "says “try again later”",
  refuses: "says “no such mailbox”",
};

/** What to try while the mail server does so. */
const TO_TRY: Record<MailServerMood, string> = {
  works: "See what happens to an order when it does not:",
  busy: "Orders try again by themselves. Let it take mails when you have seen enough:",
  refuses: "Orders then need your attention. Let it take mails, then try them again:",
};

/** `/__dev/inbox`: what the shop has mailed, as a mail program would show it. */
export function createInboxPages({ mailbox, mood, sendsFor }: InboxDependencies) {
  return async (request: Request, path: string): Promise<Response | undefined> => {
    const { searchParams } = new URL(request.url);
    if (request.method === "POST") return change(path, await request.formData());
    if (path === "/__dev/inbox") return inbox();
    const [, id = "", rest] = /^\/__dev\/inbox\/([\w-]+)(\/body)?$/.exec(path) ?? [];
    const mail = mailbox.find(id);
    if (mail === undefined) return undefined;
    if (rest !== undefined) return mailBody(mail.email.html ?? "");
    const views = viewsOf(mail);
    const view = views.find((name) => name === searchParams.get("view")) ?? views[0] ?? "text";
    return devPage({ title: subjectOf(mail), section: "inbox", body: mailPage(mail, view) });
  };

  async function change(path: string, form: FormData): Promise<Response | undefined> {
    if (path === "/__dev/inbox/empty") await mailbox.empty();
    else if (path === "/__dev/inbox/mood") {
      const wanted = form.get("mood");
      if (wanted !== "works" && wanted !== "busy" && wanted !== "refuses")
        return refusal(400, "The mail server has no such mood", "Choose one of those in the inbox.");
      mood.current = wanted;
    } else return undefined;
    return backTo("/__dev/inbox");
  }

  function inbox(): Response {
    const mails = mailbox.list();
    const body = html`
      <h1>Inbox</h1>
      <p class="lead">
        ${
          sendsFor === undefined
            ? "Every mail of the shop ends here: nothing leaves this machine. Notices to you come here once OWNER_EMAIL is set in .env."
            : `Mails are sent for real, through ${sendsFor}. None arrives here.`
        }
      </p>
      ${
        mails.length === 0
          ? html`<p class="empty">No mail yet. Buy something in the <a href="/">shop</a>.</p>`
          : html`<ol class="rows">
              ${mails.map(row)}
            </ol>`
      }
      <section class="panel">
        <h2>The mail server</h2>
        <p>It ${MOODS[mood.current]}. ${TO_TRY[mood.current]}</p>
        <form method="post" action="/__dev/inbox/mood" class="buttons">
          ${Object.entries(MOODS).map(
            ([name, words]) =>
              html`<button name="mood" value="${name}" ${pressed(name === mood.current)}>
                It ${words}
              </button>`,
          )}
        </form>
        ${
          mails.length === 0
            ? undefined
            : html`<form method="post" action="/__dev/inbox/empty" class="buttons">
                <button class="quiet">Empty the inbox</button>
              </form>`
        }
      </section>
    `;
    return devPage({ title: "Inbox", section: "inbox", body });
  }
}

function pressed(isPressed: boolean): Html {
  return isPressed ? html`aria-pressed="true"` : html`aria-pressed="false"`;
}

function row(mail: KeptMail): Html {
  return html`<li>
    <a class="row" href="/__dev/inbox/${mail.id}">
      <strong>${subjectOf(mail)}</strong>
      <span class="who">to ${mail.recipients.join(", ")}</span>
      <span class="when">${clockTime(mail.receivedMs)}</span>
    </a>
  </li>`;
}

/** Mails without HTML, such as the owner's, are shown as text, as a mail program would. */
function viewsOf({ email }: KeptMail): View[] {
  return VIEWS.filter((name) => email.html !== undefined || (name !== "html" && name !== "phone"));
}

function mailPage(mail: KeptMail, view: View): Html {
  const { email } = mail;
  const from = email.from?.group === undefined ? email.from : undefined;
  return html`
    <p class="back"><a href="/__dev/inbox">Inbox</a></p>
    <h1>${subjectOf(mail)}</h1>
    <dl class="facts">
      <div>
        <dt>From</dt>
        <dd>${from?.name || undefined} &lt;${from?.address}&gt;</dd>
      </div>
      <div>
        <dt>To</dt>
        <dd>${mail.recipients.join(", ")}</dd>
      </div>
      <div>
        <dt>Received</dt>
        <dd>${clockTime(mail.receivedMs)}</dd>
      </div>
    </dl>
    <nav class="tabs" aria-label="Ways to look at the mail">
      ${viewsOf(mail).map(
        (name) =>
          html`<a href="?view=${name}" ${name === view ? html`aria-current="page"` : undefined}
            >${VIEW_NAMES[name]}</a
          >`,
      )}
    </nav>
    ${content(mail, view)}
  `;
}

function content({ id, email, source }: KeptMail, view: View): Html {
  if (view === "html" || view === "phone") {
    return html`<iframe
      class="mail ${view}"
      title="The mail"
      sandbox="allow-popups allow-popups-to-escape-sandbox"
      src="/__dev/inbox/${id}/body"
    ></iframe>`;
  }
  if (view === "text") return html`<pre class="mail">${email.text}</pre>`;
  if (view === "source") return html`<pre class="mail">${source}</pre>`;
  return html`<table class="headers">
    <tbody>
      ${email.headers.map(
        ({ originalKey, value }) =>
          html`<tr>
            <th scope="row">${originalKey}</th>
            <td>${value}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function subjectOf({ email }: KeptMail): string {
  return email.subject ?? "(no subject)";
}
