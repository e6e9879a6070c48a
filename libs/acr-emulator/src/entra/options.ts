/** A workload's own token issuer, as an AKS cluster is one: what it signs is believed for one subject. */
export interface FederatedCredential {
  readonly issuer: string;
  /** `system:serviceaccount:<namespace>:<name>` for AKS. */
  readonly subject: string;
  /** PEM. Stands for the keys that Entra fetches from the issuer. */
  readonly publicKey: string;
  /** `api://AzureADTokenExchange` when left out. */
  readonly audience?: string;
}

/** An app registration, or a user-assigned identity that workloads are federated with. */
export interface EntraApplication {
  readonly clientId: string;
  /** The object id in its tokens: the `subject` of an identity of the registry. */
  readonly subject: string;
  readonly secrets?: readonly string[];
  /** PEM. */
  readonly certificates?: readonly string[];
  readonly federatedCredentials?: readonly FederatedCredential[];
}

/** An identity of the machine. Exactly one may be without ids of its own: the system-assigned one. */
export interface ManagedIdentity {
  readonly subject: string;
  readonly clientId?: string;
  readonly resourceId?: string;
}

export interface EntraEmulatorOptions {
  readonly tenantId: string;
  readonly applications?: readonly EntraApplication[];
  readonly managedIdentities?: readonly ManagedIdentity[];
  /** What tokens can be had for; Azure Container Registry and Azure Resource Manager when left out. */
  readonly audiences?: readonly string[];
  /** PEM. Clients of Entra insist on TLS. */
  readonly tls: { readonly key: string; readonly cert: string };
  readonly host?: string;
  /** 0, or left out, takes any free port. */
  readonly port?: number;
  readonly metadataPort?: number;
  readonly tokenSeconds?: number;
}
