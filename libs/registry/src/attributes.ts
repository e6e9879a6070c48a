import { Digest } from '@tidewaiter/contracts';
import { ManifestAttributesDocument, ManifestPage } from './attributes.schema';
import type { RequestGate } from './budget/request-gate';
import { address, repositoryName } from './address';
import { clientParts, type ClientParts, type RegistryClientOptions } from './client';
import { listPages, readDocument } from './pages';
import { createTransport, type Call } from './transport';

const maxAttributesBytes = 256 * 1024;

/** What ACR keeps about a manifest beside its content. */
export interface ManifestAttributes {
  readonly digest: string;
  readonly deleteEnabled: boolean;
  readonly writeEnabled: boolean;
  readonly listEnabled: boolean;
  readonly readEnabled: boolean;
  /** `Quarantined`, `Passed` or `Failed`; absent when it never was in quarantine. */
  readonly quarantineState?: string;
  readonly quarantineDetails?: string;
}

export interface QuarantineMark {
  readonly state: 'Passed' | 'Failed';
  /** JSON of ACR's schema, as text. */
  readonly details: string;
}

/** Names one manifest. */
export interface ManifestName {
  readonly repository: string;
  readonly digest: string;
}

/**
 * The attributes of manifests in an Azure Container Registry: the only thing that changes anything in a registry. It fails as
 * the reading client does, and with UserError `registry-disallowed` for what is locked.
 */
export interface AttributeClient {
  manifest(name: ManifestName): Promise<ManifestAttributes>;
  /** Of every manifest of the repository, untagged ones and images of an index included. */
  manifests(repository: string): AsyncIterable<ManifestAttributes>;
  /** Takes the right to write metadata: AcrPush, or Container Registry Repository Writer. */
  setReadable(name: ManifestName, isReadable: boolean): Promise<void>;
  /** Takes the role AcrQuarantineWriter. `Passed` lets everybody pull it and has the registry tell of its push. */
  mark(name: ManifestName, mark: QuarantineMark): Promise<void>;
  /** The same registry and the same tokens, with a gate that every request has to pass. */
  behind(gate: RequestGate): AttributeClient;
}

export function createAttributeClient(options: RegistryClientOptions): AttributeClient {
  return attributesOf(clientParts(options), undefined);
}

function attributesOf(parts: ClientParts, gate: RequestGate | undefined): AttributeClient {
  const { endpoint, authority, http, pageSize } = parts;
  const transport = createTransport({ endpoint, authority, http, gate });

  function callOf({ repository, digest }: ManifestName, actions: string): Pick<Call, 'url' | 'scope' | 'subject'> {
    const name = repositoryName(repository);
    return {
      url: address(endpoint, `/acr/v1/${name}/_manifests/${Digest.parse(digest)}`),
      scope: `repository:${name}:${actions}`,
      subject: {
        what: `the attributes of ${name}@${digest}`,
        host: endpoint.host,
        whenMissing: 'manifest-unknown',
      },
    };
  }

  async function change(name: ManifestName, actions: string, body: object): Promise<void> {
    const headers = { 'Content-Type': 'application/json', Accept: 'application/json' };
    const call: Call = { ...callOf(name, actions), method: 'PATCH', headers, body: JSON.stringify(body) };
    const answer = await transport.send(call);
    await answer.discard();
  }

  return {
    behind: (newGate) => attributesOf(parts, newGate),
    async manifest(name) {
      const call: Call = { ...callOf(name, 'metadata_read'), method: 'GET', headers: { Accept: 'application/json' } };
      const { bytes } = await transport.document(call, maxAttributesBytes);
      return flat(readDocument(bytes, ManifestAttributesDocument, call.subject).manifest);
    },
    manifests: (repository) =>
      listPages(transport, {
        firstPage: address(endpoint, `/acr/v1/${repositoryName(repository)}/_manifests`, { n: pageSize }),
        scope: `repository:${repository}:metadata_read`,
        subject: {
          what: `the manifests of ${repository}`,
          host: endpoint.host,
          whenMissing: 'repository-unknown',
        },
        page: ManifestPage,
        items: (page) => (page.manifests ?? []).map(flat),
      }),
    setReadable: (name, readEnabled) => change(name, 'metadata_read,metadata_write', { readEnabled }),
    // ACR has no scope for the quarantine: its own documents ask for these two, and the role behind the token counts.
    mark: (name, { state, details }) =>
      change(name, 'pull,push', { quarantineState: state, quarantineDetails: details }),
  };
}

function flat({ digest, changeableAttributes }: ManifestAttributesDocument['manifest']): ManifestAttributes {
  const { quarantineState, quarantineDetails, ...flags } = changeableAttributes;
  return {
    digest,
    ...flags,
    ...(quarantineState === undefined ? {} : { quarantineState }),
    ...(quarantineDetails === undefined ? {} : { quarantineDetails }),
  };
}
