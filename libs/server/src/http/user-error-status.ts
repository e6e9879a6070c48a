/**
 * The status of every UserError a feature may throw; the spec beside this file notices a code that is missing. Codes of the
 * engine's own (a malformed reference, an unusable platform) are what a caller got wrong: 400.
 */
const statuses: Readonly<Record<string, number>> = {
  'action-not-allowed': 409,
  'action-not-found': 404,
  'action-not-undoable': 409,
  'action-undone': 409,
  'actuator-off': 409,
  'address-unusable': 500,
  'already-paused': 409,
  'api-key-name-reserved': 409,
  'api-key-not-found': 404,
  'api-key-revoked': 409,
  'api-keys-too-many': 409,
  'blob-unknown': 404,
  'channel-not-configured': 409,
  'cursor-invalid': 400,
  'delivery-unknown': 404,
  'enrichment-unknown': 400,
  'event-queue-address-invalid': 400,
  'feed-unknown': 404,
  'image-not-found': 404,
  'image-not-seen-yet': 404,
  'image-not-single': 409,
  'manifest-unknown': 404,
  'moment-in-future': 400,
  'moment-not-kept': 410,
  'not-paused': 409,
  'registry-changed': 409,
  'registry-credentials-invalid': 400,
  'registry-credentials-needed': 400,
  'registry-actuator-invalid': 400,
  'registry-denied': 502,
  'registry-disallowed': 502,
  'registry-exists': 409,
  'registry-keys-missing': 409,
  'registry-read-only': 409,
  'registry-sealed': 409,
  'registry-unauthorized': 502,
  'registry-unknown': 404,
  'registry-url-invalid': 400,
  'repository-unknown': 404,
  'request-invalid': 400,
  'running-unknown': 409,
  'scan-limits-invalid': 500,
  'scan-not-found': 404,
  'scan-not-waiting': 409,
  'scan-unknown': 404,
  'scope-missing': 403,
  'slack-host-not-allowed': 409,
  'tag-not-seen-yet': 404,
  unauthenticated: 401,
  'vulnerability-ambiguous': 409,
  'vulnerability-not-found': 404,
  'vulnerability-not-known-yet': 404,
};

export function statusOfUserError(code: string): number {
  return statuses[code] ?? 400;
}

export const knownUserErrorCodes: ReadonlySet<string> = new Set(Object.keys(statuses));
