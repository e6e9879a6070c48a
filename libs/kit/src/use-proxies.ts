/**
 * From now on everything this process asks over HTTP goes through the proxies that these variables name (`HTTPS_PROXY`,
 * `HTTP_PROXY`, `NO_PROXY`), `fetch` included. https://nodejs.org/api/http.html#built-in-proxy-support
 *
 * The module is asked for here because importing it costs a tenth of a second, which a command that reads a local image need not wait.
 */
export function useProxies(variables: Readonly<Record<string, string>> | undefined): void {
  if (variables !== undefined) process.getBuiltinModule('node:http').setGlobalProxyFromEnv({ ...variables });
}
