import type { IncomingMessage } from 'node:http';
import type { Requirement } from './access/grants';
import type { Reply } from './http';

/** Who calls, as far as the route needs to know. */
export interface Caller {
  readonly subject: string;
  may(action: string, repository: string): boolean;
  /** Throws the fault that tells a client which token it needs, unless the caller holds that. */
  demand(requirement: Requirement): void;
}

export interface Call {
  readonly request: IncomingMessage;
  /** The named groups of the route's pattern, percent-decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly caller: Caller;
}

export interface Route {
  /** A GET route answers HEAD as well. */
  readonly method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  /** Matched against the percent-decoded path: a name may come as `team/api` or as `team%2Fapi`. */
  readonly pattern: RegExp;
  /** What the caller must hold. `signed-in` is any valid credential; left out means nobody is asked. */
  readonly needs?: 'signed-in' | ((params: Readonly<Record<string, string>>) => Requirement);
  handle(call: Call): Promise<Reply> | Reply;
}

export interface FoundRoute {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

/** Undefined when nothing is at that path, `wrong-method` when something else is. */
export function findRoute(
  routes: readonly Route[],
  method: string,
  path: string,
): FoundRoute | 'wrong-method' | undefined {
  const wanted = method === 'HEAD' ? 'GET' : method;
  let isKnownPath = false;
  for (const route of routes) {
    const match = route.pattern.exec(path);
    if (match === null) continue;
    if (route.method === wanted) return { route, params: match.groups ?? {} };
    isKnownPath = true;
  }
  return isKnownPath ? 'wrong-method' : undefined;
}

export function needsOnRepository(
  ...actions: readonly string[]
): (params: Readonly<Record<string, string>>) => Requirement {
  return (params) => ({ type: 'repository', name: params['name'] ?? '', actions });
}

export const needsCatalog = (): Requirement => ({ type: 'registry', name: 'catalog', actions: ['*'] });
