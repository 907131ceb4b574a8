import { help, readArguments, type SimulatorArguments } from "./arguments.ts";
import { readCatalogFile } from "./catalog-file.ts";
import { createSimulatorServer } from "./http-server.ts";
import { createSimulatedStripe } from "./simulated-stripe.ts";
import { whenAskedToEnd } from "./when-asked-to-end.ts";

/** `npm run simulator`: see `--help`. */
function main(): void {
  let settings: SimulatorArguments | "help";
  try {
    settings = readArguments(process.argv.slice(2));
    if (settings === "help") console.log(help);
    else serve(settings);
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
  }
}

function serve(settings: SimulatorArguments): void {
  const stripe = createSimulatedStripe({
    catalog: readCatalogFile(settings.catalogFile),
    publicUrl: settings.publicUrl,
    siteUrl: settings.siteUrl,
    managedPaymentsByDefault: settings.managedPaymentsByDefault,
    webhookEndpoints: settings.webhook === undefined ? [] : [settings.webhook],
    onNotice: (message) => console.log(message),
  });
  const server = createSimulatorServer(stripe);
  server.on("error", (error: NodeJS.ErrnoException) => {
    fail(
      error.code === "EADDRINUSE"
        ? `Port ${settings.port} is in use. Stop what runs there or choose another one with --port.`
        : error.message,
    );
  });
  server.listen(settings.port, "127.0.0.1", () => {
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : settings.port;
    console.log(`Simulated Stripe: http://127.0.0.1:${port} (no money moves)`);
  });
  whenAskedToEnd(() => {
    stripe.close();
    server.close();
    server.closeAllConnections();
  });
}

function fail(message: string): void {
  console.error(message);
  process.exitCode = 1;
}

main();
