/**
 * Run before every test file (setupFilesAfterEnv): a test that tries to reach anything but this machine fails, even when the code
 * under test swallows the error.
 */
import { takeOutboundAttempts } from './no-network';

afterEach(() => {
  const attempts = takeOutboundAttempts();
  if (attempts.length === 0) return;
  const lines = attempts.map(({ target, caller }) => `  ${target}\n${caller}`);
  throw new Error(`the test tried to reach the network:\n${lines.join('\n')}`);
});
