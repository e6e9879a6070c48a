import 'reflect-metadata';
import { routeOf } from './openapi/route';

/** What an API key may do. `admin` may do everything. */
export const scopes = ['read', 'scan', 'admin'] as const;
export type Scope = (typeof scopes)[number];

/** Everybody may call it: health checks and documentation, nothing that holds data. */
export function Public(): MethodDecorator & ClassDecorator {
  return declare(null);
}

/** Only callers whose API key has the scope. A `@Route` that names its scope says the same and needs no second word. */
export function RequireScope(scope: Scope): MethodDecorator & ClassDecorator {
  return declare(scope);
}

/**
 * The scope a controller's method needs, null when it needs none, and undefined when nobody said: such a method must not be
 * served. The method's own word goes before its class's.
 */
export function accessOf(controller: object, handler: object): Scope | null | undefined {
  const declared = declarationOf(handler);
  if (declared !== undefined) return declared;
  const route = routeOf(handler);
  if (route !== undefined) return route.scope === null ? null : scopes.find((scope) => scope === route.scope);
  return declarationOf(controller);
}

const metadataKey = 'tidewaiter:access';

function declare(scope: Scope | null): MethodDecorator & ClassDecorator {
  return (target: object, _name?: string | symbol, descriptor?: PropertyDescriptor) => {
    const method: unknown = descriptor?.value;
    Reflect.defineMetadata(metadataKey, scope, typeof method === 'function' ? method : target);
  };
}

function declarationOf(target: object): Scope | null | undefined {
  // Reflect's metadata is untyped; only declare() writes under this key.
  return Reflect.getMetadata(metadataKey, target) as Scope | null | undefined;
}
