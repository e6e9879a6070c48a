/** `name@rest`, where the name may begin with the @ of a scope. */
export function splitIdent(ident: string): { readonly name: string; readonly rest: string } | undefined {
  const at = ident.indexOf('@', 1);
  return at === -1 ? undefined : { name: ident.slice(0, at), rest: ident.slice(at + 1) };
}

/** The archive of a registry says what it is, whatever a project calls it: `https://host/@scope/name/-/name-1.0.0.tgz`. */
export function registryArchive(address: string): { readonly name: string; readonly version: string } | undefined {
  const [, directory, file] = /^https?:\/\/[^/?#]+\/([^?#]+)\/-\/([^/?#]+)\.tgz(?:[?#]|$)/.exec(address) ?? [];
  const segments = directory?.replace(/%2f/i, '/').replace(/%40/, '@').split('/') ?? [];
  const baseName = segments.at(-1);
  const scope = segments.at(-2);
  if (baseName === undefined || file?.startsWith(`${baseName}-`) !== true) return undefined;
  return {
    name: scope?.startsWith('@') === true ? `${scope}/${baseName}` : baseName,
    version: file.slice(baseName.length + 1),
  };
}
