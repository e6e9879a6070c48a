import { setGlobalProxyFromEnv } from 'node:http';

/**
 * From now on everything this process asks over HTTP goes through the proxies that these variables name (`HTTPS_PROXY`,
 * `HTTP_PROXY`, `NO_PROXY`), `fetch` included. https://nodejs.org/api/http.html#built-in-proxy-support
 */
export function useProxies(variables: Readonly<Record<string, string>> | undefined): void {
  if (variables !== undefined) setGlobalProxyFromEnv({ ...variables });
}
