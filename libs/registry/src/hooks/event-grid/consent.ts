const origins = new Set(['eventgrid.azure.net', 'eventgrid.azure.us', 'eventgrid.azure.cn']);
const validationHosts = ['.eventgrid.azure.net', '.eventgrid.azure.us', '.eventgrid.azure.cn'];

/** What to answer to whoever asks whether it may send CloudEvents here; undefined when it may not. */
export interface Consent {
  readonly 'webhook-allowed-origin': string;
  readonly 'webhook-allowed-rate': string;
  readonly allow: 'POST';
}

/**
 * The handshake of CloudEvents: nobody but Event Grid may send, and as much as it likes.
 * https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/http-webhook.md#4-abuse-protection
 */
export function consentTo(origin: string | undefined): Consent | undefined {
  if (origin === undefined || !origins.has(origin.toLowerCase())) return undefined;
  return { 'webhook-allowed-origin': origin, 'webhook-allowed-rate': '*', allow: 'POST' };
}

/** Whether an address of the manual handshake is Event Grid's: anybody who knows the secret could write another one. */
export function isValidationUrl(address: string): boolean {
  const url = URL.parse(address);
  return (
    url?.protocol === 'https:' && url.username === '' && validationHosts.some((suffix) => url.hostname.endsWith(suffix))
  );
}
