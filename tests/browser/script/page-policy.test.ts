import { expect, test } from "vitest";

import { openPages } from "./open-pages.ts";

const pages = openPages();

/** A tenth of a second of silence. */
function silence(): Buffer {
  const samples = 800;
  const wave = Buffer.alloc(44 + samples, 0x80);
  wave.write("RIFF", 0);
  wave.writeUInt32LE(36 + samples, 4);
  wave.write("WAVEfmt ", 8);
  wave.writeUInt32LE(16, 16);
  wave.writeUInt16LE(1, 20);
  wave.writeUInt16LE(1, 22);
  wave.writeUInt32LE(8_000, 24);
  wave.writeUInt32LE(8_000, 28);
  wave.writeUInt16LE(1, 32);
  wave.writeUInt16LE(8, 34);
  wave.write("data", 36);
  wave.writeUInt32LE(samples, 40);
  return wave;
}

// A refusal by the policy is written to the console, and fails the test.

test("D32: the site's own audio preview plays", async () => {
  const page = await pages.openPage("<audio controls></audio>");
  await page.route("**/media/preview.wav", (route) =>
    route.fulfill({ contentType: "audio/wav", body: silence() }),
  );
  await page.locator("audio").evaluate((audio) => audio.setAttribute("src", "/media/preview.wav"));
  const duration = () =>
    page.locator("audio").evaluate((audio) => {
      const { duration: seconds, error } = audio as HTMLAudioElement;
      return error === null ? seconds : error.message;
    });
  await expect.poll(duration).toBeCloseTo(0.1);
});

test("D32: a frame shows a page of the site's own", async () => {
  const page = await pages.openPage('<iframe src="/" title="The shop"></iframe>');
  await page.frameLocator("iframe").getByRole("heading", { name: "The shop" }).waitFor();
});

test("D32: a worker and a manifest of the site's own are loaded", async () => {
  await (await pages.openPage("<p>An app", '<link rel="manifest" href="/app.webmanifest">')).close();
  const page = await pages.newPage();
  await page.route("**/app.webmanifest", (route) =>
    route.fulfill({ contentType: "application/manifest+json", body: '{"name":"Low Tide"}' }),
  );
  await page.route("**/worker.js", (route) =>
    route.fulfill({ contentType: "text/javascript", body: "postMessage('here')" }),
  );
  await page.goto("/own-page");
  const answer = await page.evaluate(
    () =>
      new Promise((resolve) => {
        const worker = new Worker("/worker.js");
        worker.addEventListener("message", ({ data }) => resolve(data));
        worker.addEventListener("error", () => resolve("refused"));
      }),
  );
  expect(answer).toBe("here");
  const devtools = await page.context().newCDPSession(page);
  expect((await devtools.send("Page.getAppManifest")).data).toBe('{"name":"Low Tide"}');
});

test("D33: a form may lead on to Stripe's page for subscribers", async () => {
  const portal = "https://billing.stripe.com/p/session/api/1";
  pages.answer = () => new Response(null, { status: 303, headers: { Location: portal } });
  const page = await pages.openPage(
    '<form method="post" action="/api/portal"><button>Manage</button></form>',
  );
  const asked = page.waitForRequest(portal);
  await page.getByRole("button").click();
  expect((await asked).method()).toBe("GET");
});
