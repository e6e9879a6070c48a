import type { IncomingMessage } from 'node:http';
import { jsonReply, type Reply } from '../http';
import type { IssueToken } from './authority';
import type { ManagedIdentity } from './options';

/** The instance metadata service's token endpoint: https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token */
export function answerMetadata(
  identities: readonly ManagedIdentity[],
  issue: IssueToken,
  request: IncomingMessage,
): Reply {
  const url = new URL(request.url ?? '/', 'http://metadata.invalid');
  if (request.method !== 'GET' || !/^\/metadata\/identity\/oauth2\/token\/?$/.test(url.pathname))
    return { status: 404 };
  if (request.headers['metadata'] !== 'true') return refused('Required metadata header not specified');
  const identity = chosenIdentity(identities, url.searchParams);
  if (identity === undefined) return refused('Identity not found');
  const resource = (url.searchParams.get('resource') ?? '').replace(/\/$/, '');
  const clientId = identity.clientId ?? identity.subject;
  const issued = issue(identity.subject, clientId, resource);
  if (issued === undefined) {
    return refused(`AADSTS500011: The resource principal named ${resource} was not found in the tenant.`);
  }
  const now = Math.floor(Date.now() / 1000);
  return jsonReply(200, {
    access_token: issued.token,
    client_id: clientId,
    // Numbers as text: that is how the service writes them.
    expires_in: String(issued.lifetimeSeconds),
    expires_on: String(now + issued.lifetimeSeconds),
    not_before: String(now),
    resource,
    token_type: 'Bearer',
  });
}

function chosenIdentity(identities: readonly ManagedIdentity[], query: URLSearchParams): ManagedIdentity | undefined {
  const clientId = query.get('client_id');
  const resourceId = query.get('msi_res_id') ?? query.get('mi_res_id');
  if (clientId !== null) return identities.find((identity) => identity.clientId === clientId);
  if (resourceId !== null) return identities.find((identity) => identity.resourceId === resourceId);
  return identities.find((identity) => identity.clientId === undefined && identity.resourceId === undefined);
}

function refused(description: string): Reply {
  return jsonReply(400, { error: 'invalid_request', error_description: description });
}
