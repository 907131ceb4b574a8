// One cold start: import a function's module, answer one request, print the milliseconds. Run by cold-start.ts.
const { module, handler, request } = JSON.parse(process.env.BENCH_JOB);
// The host's own runtime is an HTTP client or server that hands over a web Request: these are loaded before any code of ours.
await import("node:http");
const incoming = new Request(request.url, request);
await new Response(incoming.clone().body).text();

const startedMs = performance.now();
const functions = await import(module);
const response = await functions[handler](incoming);
const elapsedMs = performance.now() - startedMs;
console.log(JSON.stringify({ elapsedMs, status: response.status, body: await response.text() }));
// Warm connections would keep the process waiting.
process.exit(0);
