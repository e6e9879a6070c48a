import '../../../../tools/typescript/register.mjs';

/** Once per run, before the first test that may need a service. Nothing is started yet; see broker.ts. */
export default async function setUp() {
  if (globalThis.tidewaiterTestBroker !== undefined) return;
  const { startBroker } = await import('./broker.ts');
  globalThis.tidewaiterTestBroker = await startBroker();
  process.env.TIDEWAITER_TEST_SERVICES = globalThis.tidewaiterTestBroker.url;
}
