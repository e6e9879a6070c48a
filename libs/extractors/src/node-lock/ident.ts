/** `name@rest`, where the name may begin with the @ of a scope. */
export function splitIdent(ident: string): { readonly name: string; readonly rest: string } | undefined {
  const at = ident.indexOf('@', 1);
  return at === -1 ? undefined : { name: ident.slice(0, at), rest: ident.slice(at + 1) };
}
