import { chromium, type Browser } from "playwright-core";

/**
 * A real headless Chromium: on Linux x64 the one from npm (with the libraries it needs, which the package unpacks when it
 * believes that it runs on Lambda), elsewhere the installed Chrome.
 *
 * The package's own list of flags is not used: it turns web security off and runs everything in one process, which dies with
 * the first closed context.
 */
export async function launchChromium(): Promise<Browser> {
  if (process.platform === "linux" && process.arch === "x64") {
    process.env["AWS_LAMBDA_JS_RUNTIME"] ??= "nodejs22.x";
    const { default: packaged } = await import("@sparticuz/chromium");
    const args = [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
    ];
    return chromium.launch({ executablePath: await packaged.executablePath(), args });
  }
  try {
    return await chromium.launch({ channel: "chrome" });
  } catch (cause) {
    throw new Error("The browser tests need Google Chrome; install it from https://www.google.com/chrome/.", {
      cause,
    });
  }
}
