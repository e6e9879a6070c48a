import { testEnvironment } from './environment';

/** The URL of a service of this test run; the service is started when it is not running yet. */
export async function askBroker(service: 'postgres' | 'redis'): Promise<string> {
  const { brokerUrl } = testEnvironment();
  if (brokerUrl === undefined) {
    throw new Error(
      `${service} is there for tests in *.int.spec.ts and *.e2e.spec.ts only, run by jest with its config`,
    );
  }
  const response = await fetch(`${brokerUrl}/${service}`);
  const text = await response.text();
  if (!response.ok) throw new Error(`${service} could not be started for the tests: ${text}`);
  return text;
}
