import type { FileFingerprint, Fingerprint } from './feed';

/**
 * What there was, and nothing to ask with whether it is still the same: all of it is fetched and read anew, and it is still seen what
 * is gone. Undefined where there was one file alone.
 */
export function toFetchAnew({ files }: Fingerprint): Fingerprint | undefined {
  if (files === undefined) return undefined;
  const names: Record<string, FileFingerprint> = {};
  for (const [url, { sha256, checkedWith, isGone }] of Object.entries(files)) {
    names[url] = { sha256, ...(checkedWith !== undefined && { checkedWith }), ...(isGone === true && { isGone }) };
  }
  return { sha256: '', files: names };
}
