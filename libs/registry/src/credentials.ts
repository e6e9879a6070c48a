/** Who gives Microsoft Entra tokens for a registry; @azure/identity is behind it in entra-credential.ts. */
export interface EntraCredential {
  /** What a token may be asked for, the best first: the registry decides which one it takes. */
  readonly audiences: readonly string[];
  /** Throws OperationalError `entra-audience-unknown` when the tenant has no such audience, `entra-token-failed` otherwise. */
  getToken(audience: string): Promise<string>;
}

export type RegistryCredentials =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  /** A refresh token as the registry's token endpoint issues it. */
  | { readonly kind: 'refresh-token'; readonly token: string }
  /** ACR: an Entra token is exchanged for a refresh token. */
  | { readonly kind: 'entra'; readonly credential: EntraCredential; readonly tenant?: string };
