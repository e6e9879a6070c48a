import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer as createHttpServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { defaultAudiences } from '../access/accounts';
import { jsonReply, sendReply, type Reply } from '../http';
import { closeServer, listen, urlHost } from '../listener';
import type { EntraTrust } from '../options';
import { answerAuthority, type IssueToken } from './authority';
import { signToken, verifiedClaims } from './json-web-token';
import { answerMetadata } from './metadata-service';
import type { EntraEmulatorOptions } from './options';

/** Microsoft Entra ID and the instance metadata service of one tenant, for clients that sign in as themselves. */
export interface EntraEmulator extends EntraTrust {
  /** What goes for https://login.microsoftonline.com. */
  readonly authorityUrl: string;
  /** What goes for http://169.254.169.254: the value of AZURE_POD_IDENTITY_AUTHORITY_HOST. */
  readonly metadataUrl: string;
  /** A token as the Azure CLI would print it for somebody who is signed in. */
  tokenFor(subject: string, audience: string): string | undefined;
  close(): Promise<void>;
}

export async function startEntraEmulator(options: EntraEmulatorOptions): Promise<EntraEmulator> {
  const host = options.host ?? '127.0.0.1';
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const audiences = options.audiences ?? defaultAudiences;
  const lifetimeSeconds = options.tokenSeconds ?? 3_599;
  let authorityUrl = '';

  const issue: IssueToken = (subject, clientId, audience) => {
    if (!audiences.includes(audience)) return undefined;
    const now = Math.floor(Date.now() / 1000);
    const times = { iat: now, nbf: now - 60, exp: now + lifetimeSeconds };
    const iss = `${authorityUrl}/${options.tenantId}/v2.0`;
    const who = { sub: subject, oid: subject, tid: options.tenantId, appid: clientId, jti: randomUUID() };
    return { token: signToken(privateKey, {}, { aud: audience, iss, ...times, ...who }), lifetimeSeconds };
  };

  const origin = (): string => authorityUrl;
  const authority = createHttpsServer(
    options.tls,
    answering((request) => answerAuthority(options, { issue, origin }, request)),
  );
  const metadata = createHttpServer(
    answering((request) => answerMetadata(options.managedIdentities ?? [], issue, request)),
  );
  const servers = [authority, metadata];
  try {
    authorityUrl = `https://${urlHost(host)}:${await listen(authority, options.port ?? 0, host)}`;
    const metadataUrl = `http://${urlHost(host)}:${await listen(metadata, options.metadataPort ?? 0, host)}`;
    return {
      authorityUrl,
      metadataUrl,
      tokenFor: (subject, audience) => issue(subject, 'azure-cli', audience)?.token,
      subjectOf(token, wanted) {
        const claims = verifiedClaims(token, publicKey);
        return claims !== undefined && wanted.includes(claims.aud) ? claims.sub : undefined;
      },
      close: async () => {
        await Promise.all(servers.map(closeServer));
      },
    };
  } catch (error) {
    await Promise.all(servers.map(closeServer));
    throw error;
  }
}

function answering(answer: (request: IncomingMessage) => Promise<Reply> | Reply): RequestListener {
  return (request, response) => {
    const reply = Promise.resolve(request)
      .then(answer)
      .catch(() => jsonReply(500, { error: 'server_error' }));
    // A client that has gone away needs no answer.
    void reply.then((given) => sendReply(request, response, given)).catch(() => response.destroy());
  };
}
