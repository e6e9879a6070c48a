/** Who gives Microsoft Entra tokens for a registry; @azure/identity is behind it in entra-credential.ts. */
export interface EntraCredential {
  getToken(): Promise<string>;
}

export type RegistryCredentials =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  /** A refresh token as the registry's token endpoint issues it. */
  | { readonly kind: 'refresh-token'; readonly token: string }
  /** ACR: an Entra token is exchanged for a refresh token. */
  | { readonly kind: 'entra'; readonly credential: EntraCredential; readonly tenant?: string };
