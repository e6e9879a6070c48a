export default async function tearDown() {
  const broker = globalThis.tidewaiterTestBroker;
  globalThis.tidewaiterTestBroker = undefined;
  await broker?.stop();
}
