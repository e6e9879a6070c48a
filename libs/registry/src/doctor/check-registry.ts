import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { AzurePlace, Descriptor, RegistryLogin } from '@tidewaiter/contracts';
import { messageOf, OperationalError, systemCodeOf, UserError } from '@tidewaiter/kit';
import { createRegistryClient, type ManifestDocument, type RegistryClient } from '../client';
import { cloudOfHost } from '../clouds';
import { createEndpoint } from '../endpoint';
import { credentialsOf } from '../entra-credential';
import { openEventQueue } from '../event-queues/kinds';
import { adviceFor, noTls, webhookAdvice, type CheckName } from './advice';
import { firstBlob, firstChild } from './first-blob';

export interface RegistryCheckInput extends AzurePlace {
  /** `host[:port]`, or a URL of scheme and host. */
  readonly registry: string;
  readonly plainHttp?: boolean | undefined;
  readonly login: RegistryLogin;
  readonly allowedHosts?: readonly string[] | undefined;
  /** Those that are watched instead of what the registry lists. */
  readonly repositories?: readonly string[] | undefined;
  /** The repository to pull from; the first one that has a tag when left out. */
  readonly repository?: string | undefined;
  /** Those that are known of, to pull from where none can be listed: only a server knows. */
  readonly known?: readonly string[] | undefined;
  /** Where its events are fetched from, if they are. */
  readonly eventQueueUrl?: string | undefined;
  /** What the receivers saw at their last look there, which counts for more than a look from here: only a server knows. */
  readonly lastLook?: QueueLook | undefined;
  /** What is known of the last webhook: only a server knows. */
  readonly lastDelivery?: { readonly at: string; readonly state: string } | 'none' | undefined;
  /** Addresses of a name; the operating system's answer when left out. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
}

export interface QueueLook {
  readonly place: string;
  readonly readAt: Date | null;
  readonly messageAt: Date | null;
  /** Of a look since the queue last answered. */
  readonly refusal: { readonly code: string; readonly message: string } | null;
}

export interface CheckStep {
  readonly step: CheckName;
  readonly outcome: 'ok' | 'failed' | 'skipped';
  /** What was seen, or why it was not tried. */
  readonly saw: string;
  /** What to do, of a step that failed. */
  readonly advice?: string;
}

export interface RegistryCheck {
  /** Host with its port. */
  readonly registry: string;
  /** Whether no step failed. */
  readonly ok: boolean;
  readonly steps: readonly CheckStep[];
}

/** Repositories looked into for a tag. */
const maxTried = 20;
const stepTimeoutMs = 15_000;
/** A queue that asks for fewer requests is looked at every ten minutes. */
const longestUnreadMs = 15 * 60_000;

/**
 * Does once, with the credentials that would be used, everything that watching a registry needs, and says of each step what
 * was seen and what to do. Never throws for anything the registry or the network does.
 */
export async function checkRegistry(input: RegistryCheckInput): Promise<RegistryCheck> {
  const endpoint = createEndpoint(input);
  const check = new Check(input, endpoint.origin);
  const steps = await check.run();
  return { registry: endpoint.host, ok: steps.every(({ outcome }) => outcome !== 'failed'), steps };
}

class Check {
  private readonly steps: CheckStep[] = [];
  private readonly url: URL;
  private readonly client: RegistryClient;
  /** Hosts that were spoken to besides the registry. */
  private readonly otherHosts = new Set<string>();

  constructor(
    private readonly input: RegistryCheckInput,
    origin: string,
  ) {
    this.url = new URL(origin);
    const { login, registry: _given, ...place } = input;
    this.client = createRegistryClient({
      registry: origin,
      plainHttp: input.plainHttp,
      cloud: input.cloud,
      allowedHosts: input.allowedHosts,
      credentials: credentialsOf(login, { ...place, registry: this.url.host }),
      attempts: 2,
      maxDelayMs: 2_000,
      headersTimeoutMs: stepTimeoutMs,
      idleTimeoutMs: stepTimeoutMs,
      fetch: (target, init) => {
        const { host } = new URL(target instanceof Request ? target.url : target);
        if (host !== this.url.host) this.otherHosts.add(host);
        return fetch(target, init);
      },
    });
  }

  async run(): Promise<readonly CheckStep[]> {
    await this.resolveName();
    if (!(await this.reach())) return this.skipFrom('authenticate', 'the registry cannot be reached');
    if (!(await this.try('authenticate', () => this.client.ping().then(() => `signed in: ${this.loginText()}`)))) {
      return this.skipFrom('list', 'nobody is signed in');
    }
    const listed = await this.list();
    const pulled = await this.pull(listed);
    if (pulled === undefined) this.skip(['blob', 'referrers'], 'no manifest was pulled');
    else {
      await this.readBlob(pulled);
      await this.listReferrers(pulled);
    }
    await this.events();
    return this.steps;
  }

  private async resolveName(): Promise<void> {
    const host = this.url.hostname.replace(/^\[|\]$/g, '');
    if (isIP(host) !== 0) {
      this.skip(['resolve'], `${host} is an address`);
      return;
    }
    await this.try('resolve', async () => {
      const addresses = await (this.input.resolve ?? addressesOf)(host);
      const isPrivate = addresses.some((address) => privateAddress.test(address));
      return `${addresses.join(', ')}${isPrivate ? ' (a private address)' : ''}`;
    });
  }

  /** One question without credentials: whether it arrives, by a certificate we believe, and whether we are let in at all. */
  private async reach(): Promise<boolean> {
    const isTls = this.url.protocol === 'https:';
    try {
      const answer = await fetch(new URL('/v2/', this.url), {
        redirect: 'manual',
        signal: AbortSignal.timeout(stepTimeoutMs),
      });
      await answer.body?.cancel();
      // Who is not signed in is answered 401; 403 is said to an address, not to a person.
      if (answer.status === 403) {
        this.fail('reach', 'network-rule', 'it answers 403 to a question without credentials');
        return false;
      }
      this.steps.push({ step: 'reach', outcome: 'ok', saw: `it answers ${answer.status}` });
    } catch (error) {
      const { code, text } = causeOf(error);
      if (!isTls || !tlsFailure.test(code)) {
        this.fail('reach', code, text);
        return false;
      }
      this.steps.push({ step: 'reach', outcome: 'ok', saw: 'a connection is made' });
      this.fail('tls', code, code === noTls ? 'what answers there speaks no TLS' : text);
      return false;
    }
    if (isTls) this.steps.push({ step: 'tls', outcome: 'ok', saw: 'the certificate is one this machine believes' });
    else this.skip(['tls'], 'it is spoken to in plain HTTP');
    return true;
  }

  private async list(): Promise<readonly string[]> {
    const { repositories } = this.input;
    if (repositories !== undefined) {
      this.skip(['list'], `${repositories.length} repositories are named in its description`);
      return repositories.slice(0, maxTried);
    }
    const names: string[] = [];
    await this.try('list', async () => {
      for await (const name of this.client.catalog()) if (names.push(name) >= maxTried) break;
      return names.length === 0
        ? 'there are no repositories yet'
        : `repositories such as ${names.slice(0, 3).join(', ')}`;
    });
    return names;
  }

  private async pull(listed: readonly string[]): Promise<Pulled | undefined> {
    const { repository: named, known = [] } = this.input;
    const candidates = named !== undefined ? [named] : listed.length > 0 ? listed : known.slice(0, maxTried);
    if (candidates.length === 0) {
      this.skip(['manifest'], 'there is no repository to try; name one with --repository');
      return undefined;
    }
    let pulled: Pulled | undefined;
    await this.try('manifest', async () => {
      for (const repository of candidates) {
        const tag = await this.firstTag(repository).catch((error: unknown) => {
          // One of several may be gone; of the only one that is worth saying.
          if (candidates.length > 1 && error instanceof UserError && error.code === 'repository-unknown')
            return undefined;
          throw error;
        });
        if (tag === undefined) continue;
        const document = await this.client.manifest(repository, tag);
        pulled = { repository, document };
        return `${repository}:${tag} is ${document.digest}`;
      }
      return `no tag in ${candidates.slice(0, 3).join(', ')}`;
    });
    return pulled;
  }

  private async firstTag(repository: string): Promise<string | undefined> {
    for await (const tag of this.client.tags(repository)) return tag;
    return undefined;
  }

  private async readBlob({ repository, document }: Pulled): Promise<void> {
    await this.try('blob', async () => {
      const child = firstChild(document);
      const blob = firstBlob(child === undefined ? document : await this.client.manifest(repository, child));
      if (blob === undefined) return 'the manifest names no blob';
      this.otherHosts.clear();
      const sizeBytes = await this.firstBytes(repository, blob);
      const where = this.otherHosts.size === 0 ? 'the registry itself' : [...this.otherHosts].join(', ');
      return `${sizeBytes} bytes from ${where}`;
    });
  }

  private async firstBytes(repository: string, blob: Descriptor): Promise<number> {
    for await (const chunk of this.client.blob(repository, blob)) return chunk.byteLength;
    return 0;
  }

  private async listReferrers({ repository, document }: Pulled): Promise<void> {
    await this.try('referrers', async () => {
      try {
        for await (const { digest } of this.client.referrers(repository, document.digest)) return `such as ${digest}`;
        return 'none, and the list is there';
      } catch (error) {
        if (!(error instanceof UserError && error.code === 'registry-api-missing')) throw error;
        return 'the registry has no such list; the tag of the same meaning is read instead';
      }
    });
  }

  /** A queue is looked at whatever is wrong with the registry, and is enough without a webhook. */
  private async events(): Promise<void> {
    const { eventQueueUrl, lastLook, lastDelivery } = this.input;
    if (eventQueueUrl === undefined) {
      this.webhook();
      return;
    }
    await this.try('event-queue', () =>
      Promise.resolve(lastLook === undefined ? lookAt(eventQueueUrl) : seenBefore(lastLook)),
    );
    if (typeof lastDelivery === 'object') this.webhook();
    else this.skip(['webhook'], 'events are fetched from a queue');
  }

  private webhook(): void {
    const { lastDelivery } = this.input;
    if (lastDelivery === undefined) this.skip(['webhook'], 'only the server receives webhooks; ask its API');
    else if (lastDelivery === 'none') {
      this.steps.push({
        step: 'webhook',
        outcome: 'failed',
        saw: 'none was ever received',
        advice: webhookAdvice(this.isAzure()),
      });
    } else {
      this.steps.push({
        step: 'webhook',
        outcome: 'ok',
        saw: `the last one came ${lastDelivery.at} (${lastDelivery.state})`,
      });
    }
  }

  private async try(step: CheckName, work: () => Promise<string>): Promise<boolean> {
    try {
      this.steps.push({ step, outcome: 'ok', saw: await work() });
      return true;
    } catch (error) {
      const isOurs = error instanceof UserError || error instanceof OperationalError;
      const { code, text } = isOurs ? { code: error.code, text: error.message } : causeOf(error);
      this.fail(step, code, text);
      return false;
    }
  }

  private fail(step: CheckName, code: string, message: string): void {
    const context = { host: this.url.hostname, login: this.input.login, isAzure: this.isAzure() };
    this.steps.push({ step, outcome: 'failed', saw: message, advice: adviceFor({ step, code, message }, context) });
  }

  private isAzure(): boolean {
    return (this.input.cloud ?? cloudOfHost(this.url.host)) !== undefined;
  }

  private skip(steps: readonly CheckName[], why: string): void {
    for (const step of steps) this.steps.push({ step, outcome: 'skipped', saw: why });
  }

  private async skipFrom(step: CheckName, why: string): Promise<readonly CheckStep[]> {
    this.skip(order.slice(order.indexOf(step)), why);
    await this.events();
    return this.steps;
  }

  private loginText(): string {
    const { login } = this.input;
    return login.kind === 'basic' ? `user ${login.username}` : login.kind;
  }
}

interface Pulled {
  readonly repository: string;
  readonly document: ManifestDocument;
}

const order: readonly CheckName[] = ['authenticate', 'list', 'manifest', 'blob', 'referrers'];

/** RFC 1918 and RFC 4193: what a private endpoint has. */
const privateAddress = /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|f[cd])/i;
/** What Node calls a certificate that is not believed, and a conversation that is no TLS. */
const tlsFailure = /CERT|SELF_SIGNED|UNABLE_TO_|SSL|TLS/;

async function lookAt(address: string): Promise<string> {
  const queue = await openEventQueue(address);
  const isWaiting = await queue.peek(AbortSignal.timeout(stepTimeoutMs));
  return `${queue.place} lets us fetch; ${isWaiting ? 'a message waits' : 'no message waits'}`;
}

function seenBefore({ place, readAt, messageAt, refusal }: QueueLook): string {
  if (refusal !== null) throw new OperationalError(refusal.code, refusal.message);
  if (readAt === null || Date.now() - readAt.getTime() > longestUnreadMs) {
    const last = readAt === null ? 'never' : `last at ${readAt.toISOString()}`;
    throw new OperationalError('event-queue-unread', `${place} was ${last} read by a receiver`);
  }
  const last = messageAt === null ? 'no message came yet' : `the last message came ${messageAt.toISOString()}`;
  return `${place} is read by the receiver; ${last}`;
}

async function addressesOf(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}

/** fetch says "fetch failed"; what failed is in its cause. */
function causeOf(error: unknown): { readonly code: string; readonly text: string } {
  const hasCause = typeof error === 'object' && error !== null && 'cause' in error && error.cause !== undefined;
  const inner = hasCause ? error.cause : error;
  return { code: systemCodeOf(inner) ?? '', text: messageOf(inner) };
}
