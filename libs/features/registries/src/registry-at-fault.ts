/** Codes of failures that say something of the registry or of our rights there, and nothing of what was asked for. */
export const ofRegistry: ReadonlySet<string> = new Set([
  'registry-unreachable',
  'registry-unavailable',
  'registry-throttled',
  'registry-broken-off',
  'registry-storage-failed',
  'registry-token-invalid',
  'registry-unauthorized',
  'registry-denied',
]);
