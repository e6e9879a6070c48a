import { Inject, Injectable } from '@nestjs/common';
import type { RegistryConfig } from '@tidewaiter/config';
import type { ImageSource, Lane } from '@tidewaiter/contracts';
import type { Logger } from '@tidewaiter/kit';
import {
  createAttributeClient,
  createRegistryClient,
  credentialsOf,
  registrySource,
  type AttachmentPlace,
  type AttributeClient,
  type RegistryClient,
  type RegistryClientOptions,
  type RequestGate,
} from '@tidewaiter/registry';
import { LOGGER } from '@tidewaiter/server';
import { RegistryDirectory, type KnownRegistry } from './registry-directory';
import {
  acrContent,
  digestOf,
  isMissing,
  isRefusal,
  plainContent,
  repositoryMark,
  type RepositoryContent,
} from './repository-content';
import { RequestBudget, type Patience } from './request-budget';
import { requestLimits } from './request-limits';

export interface SourceTarget {
  readonly repository: string;
  /** A tag or a digest. */
  readonly reference: string;
  readonly lane: Lane;
  /** Ends what is being read. */
  readonly signal?: AbortSignal;
}

/** What is attached to the manifests of a repository. */
interface AttachmentsTarget extends Omit<SourceTarget, 'reference'> {
  /** Otherwise `referrers-put-off` is thrown where the budget has no listing of referrers at once. */
  readonly waits: boolean;
}

/** Who waits for one registry for longer holds up what others are there for. */
const longestWaitMs = 30_000;

interface Clients {
  /** As it was when they were made. */
  readonly known: KnownRegistry;
  readonly reads: RegistryClient;
  readonly attributes: AttributeClient;
}

/** Speaks to the watched registries, within what they allow: one client each, so that tokens are shared. */
@Injectable()
export class RegistryAccess {
  private readonly clients = new Map<string, Clients>();

  constructor(
    private readonly directory: RegistryDirectory,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly budget: RequestBudget,
  ) {}

  /** An image of a registry as something to read. */
  source(registry: string, target: SourceTarget): ImageSource {
    const gate = this.gate(registry, target.lane, { longestWaitMs });
    return registrySource(this.direct(registry).reads.behind(gate, target.signal), target);
  }

  /** Where what is attached to the manifests of a repository is read. */
  attachments(registry: string, { repository, lane, signal, waits }: AttachmentsTarget): AttachmentPlace {
    const gate = this.gate(registry, lane, { forReferrers: waits });
    return { client: this.direct(registry).reads.behind(gate, signal), repository };
  }

  /** The digest a tag (or a digest) points to now; undefined when there is no such thing (any more). */
  async resolveTag(
    registry: string,
    { repository, tag, lane = 'push' }: { repository: string; tag: string; lane?: Lane },
  ): Promise<string | undefined> {
    return digestOf(this.client(registry, lane), repository, tag);
  }

  /** Whether there is such a repository (any more), with or without tags. */
  async hasRepository(registry: string, repository: string): Promise<boolean> {
    try {
      for await (const _tag of this.client(registry, 'push').tags(repository)) return true;
      return true;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  }

  /** Names of all repositories behind `after`: those it is described with, for an identity that may not list, or what it lists. */
  repositories(registry: string, after?: string): AsyncIterable<string> {
    const { repositories } = this.directory.get(registry).config;
    return repositories === undefined ? this.client(registry, 'backfill').catalog(after) : listed(repositories);
  }

  /** Undefined where the registry has no words for the state of a repository, or our role may not read them. */
  async repositoryMark(registry: string, repository: string): Promise<string | undefined> {
    if (this.directory.get(registry).config.kind !== 'acr') return undefined;
    return repositoryMark(this.client(registry, 'backfill'), repository).catch(undefinedWhenRefused);
  }

  /** Everything a repository holds. A role that may pull need not be allowed ACR's own lists: then only tags are known. */
  async repositoryContent(registry: string, repository: string): Promise<RepositoryContent> {
    const client = this.client(registry, 'backfill');
    const content =
      this.directory.get(registry).config.kind === 'acr'
        ? await acrContent(client, repository).catch(undefinedWhenRefused)
        : undefined;
    return content ?? (await plainContent(client, repository));
  }

  /** What can be changed in an Azure Container Registry. */
  attributes(registry: string, lane: Lane): AttributeClient {
    return this.direct(registry).attributes.behind(this.gate(registry, lane));
  }

  /** A walk waits however long it takes. */
  private client(name: string, lane: Lane): RegistryClient {
    const patience = lane === 'backfill' ? {} : { longestWaitMs };
    return this.direct(name).reads.behind(this.gate(name, lane, patience));
  }

  /** Whoever is less urgent leaves a part of the registry's budget to those who are more so. */
  private gate(name: string, lane: Lane, patience?: Patience): RequestGate {
    const { config } = this.directory.get(name);
    // Of the same registry under two names it is the same budget.
    const { host } = new URL(config.endpoint);
    const budget = { registry: host, identity: identityOf(config), limits: requestLimits(config) };
    return this.budget.gate(budget, lane, patience);
  }

  /** A registry that was changed is spoken to anew: other credentials, other tokens. */
  private direct(name: string): Clients {
    const known = this.directory.get(name);
    const held = this.clients.get(name);
    if (held?.known === known) return held;
    const { config } = known;
    const options: RegistryClientOptions = {
      registry: config.endpoint,
      plainHttp: config.allowInsecure,
      credentials: credentialsOf(config.credentials, { ...config, registry: new URL(config.endpoint).host }),
      cloud: config.cloud,
      allowedHosts: config.allowedHosts,
      logger: this.logger,
    };
    const clients = { known, reads: createRegistryClient(options), attributes: createAttributeClient(options) };
    this.clients.set(name, clients);
    return clients;
  }
}

/** Whom the registry counts our requests for. */
function identityOf({ credentials }: RegistryConfig): string {
  const name = 'username' in credentials ? credentials.username : 'clientId' in credentials ? credentials.clientId : '';
  return `${credentials.kind} ${name ?? ''}`.trimEnd();
}

/** Refused as such, as opposed to missing or broken. */
function undefinedWhenRefused(error: unknown): undefined {
  if (isRefusal(error)) return undefined;
  throw error;
}

async function* listed(names: readonly string[]): AsyncGenerator<string, void, undefined> {
  yield* names;
}
