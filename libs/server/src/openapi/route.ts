import 'reflect-metadata';
import type { z } from 'zod';

/** A response that is not simply a JSON document of one schema. */
export interface RouteResponse {
  readonly description: string;
  /** Absent where there is no body, or none that a schema describes. */
  readonly schema?: z.ZodType;
  /** `application/json` when left out. */
  readonly mediaType?: string;
  readonly example?: unknown;
}

/**
 * What a route takes and gives. The same schemas check every request, describe the route in the OpenAPI document and, in
 * tests, check every response.
 */
export interface RouteDefinition {
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly [string, ...string[]];
  /** Left out: the route takes none, and a request that has some is refused. */
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  readonly responses: Readonly<Record<number, z.ZodType | RouteResponse>>;
  /** Problem codes beyond the ones every route can answer, by status. */
  readonly problems?: Readonly<Record<number, string>>;
  /** The scope an API key needs; null for a route that needs no key. */
  readonly scope: string | null;
}

const metadataKey = 'tidewaiter:route';

/** Declares a controller method's contract. Left out, the method is neither checked nor documented. */
export function Route(definition: RouteDefinition): MethodDecorator {
  return (_target, _name, descriptor) => {
    if (typeof descriptor.value === 'function') Reflect.defineMetadata(metadataKey, definition, descriptor.value);
    return descriptor;
  };
}

export function routeOf(handler: object): RouteDefinition | undefined {
  // Reflect's metadata is untyped; only Route writes under this key.
  return Reflect.getMetadata(metadataKey, handler) as RouteDefinition | undefined;
}

export function responseOf(route: RouteDefinition, status: number): RouteResponse | undefined {
  const response = route.responses[status];
  if (response === undefined) return undefined;
  return 'description' in response && !('parse' in response)
    ? response
    : { description: defaultDescription(status), schema: response };
}

function defaultDescription(status: number): string {
  return { 200: 'OK', 201: 'Created', 202: 'Accepted', 204: 'No content' }[status] ?? `Status ${String(status)}`;
}
