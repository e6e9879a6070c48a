import { RequestMethod, type Type } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { MetadataScanner, type ModulesContainer } from '@nestjs/core';
import { z } from 'zod';
import { componentSchemas, inputSchema, named, referenceTo, type JsonSchema } from './named-schemas';
import { responseOf, routeOf, type RouteDefinition } from './route';

export interface OpenApiInfo {
  readonly title: string;
  readonly version: string;
  readonly description: string;
}

/** An OpenAPI 3.1 document: https://spec.openapis.org/oas/v3.1.0 */
export interface OpenApiDocument {
  readonly openapi: string;
  readonly info: OpenApiInfo;
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, JsonSchema>>>>;
  readonly components: Readonly<Record<string, unknown>>;
}

/** RFC 9457, as every error is answered. */
export const ProblemDocument = named(
  'ProblemDocument',
  z.looseObject({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string().optional(),
    /** Stable kebab-case name of the problem. */
    code: z.string(),
    /** Every issue of a request that does not fit its route. */
    issues: z
      .array(z.object({ in: z.enum(['path', 'query', 'body']), name: z.string(), message: z.string() }))
      .optional(),
  }),
);
export type ProblemDocument = z.infer<typeof ProblemDocument>;

/** Describes every controller method that has a `@Route`, found in the application's own modules. */
export function buildOpenApi(modules: ModulesContainer, info: OpenApiInfo): OpenApiDocument {
  const operations = [...modules.values()]
    .flatMap((module) => [...module.controllers.values()])
    .flatMap(({ metatype }) => (isClass(metatype) ? operationsOf(metatype) : []))
    .sort((a, b) => (a.path < b.path ? -1 : Number(a.path > b.path)));
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const { path, method, operation } of operations) (paths[path] ??= {})[method] = operation;
  const tags = [...new Set(operations.map(({ tag }) => tag))].sort();
  return {
    openapi: '3.1.0',
    info,
    tags: tags.map((name) => ({ name })),
    paths,
    components: {
      schemas: componentSchemas(),
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer', description: 'An API key, sent as `Authorization: Bearer <key>`.' },
      },
    },
  };
}

interface Operation {
  readonly path: string;
  readonly method: string;
  readonly tag: string;
  readonly operation: JsonSchema;
}

function operationsOf(controller: Type): readonly Operation[] {
  const prototype: unknown = controller.prototype;
  if (typeof prototype !== 'object' || prototype === null) return [];
  return new MetadataScanner().getAllMethodNames(prototype).flatMap((name) => {
    const handler: unknown = Reflect.get(prototype, name);
    const route = typeof handler === 'function' ? routeOf(handler) : undefined;
    if (typeof handler !== 'function' || route === undefined) return [];
    const path = openApiPath(pathOf(controller), pathOf(handler));
    const method = methodOf(handler);
    return [{ path, method, tag: route.tags[0], operation: describe(route, `${controller.name}.${name}`) }];
  });
}

function describe(route: RouteDefinition, operationId: string): JsonSchema {
  const parameters = [...parametersOf(route.params, 'path'), ...parametersOf(route.query, 'query')];
  return {
    operationId: operationId.replace('Controller.', '.'),
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    tags: route.tags,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(route.body === undefined ? {} : { requestBody: jsonBody(route.body) }),
    responses: { ...responsesOf(route), ...problemsOf(route) },
    ...securityOf(route.scope),
  };
}

function parametersOf(schema: z.ZodObject | undefined, location: 'path' | 'query'): readonly JsonSchema[] {
  if (schema === undefined) return [];
  const shape: Readonly<Record<string, z.core.$ZodType>> = schema.shape;
  return Object.entries(shape).map(([name, field]) => {
    const { description, ...rest } = inputSchema(asType(field));
    const required = location === 'path' || !acceptsNothing(asType(field));
    return { name, in: location, required, ...(description === undefined ? {} : { description }), schema: rest };
  });
}

function responsesOf(route: RouteDefinition): JsonSchema {
  return Object.fromEntries(
    Object.keys(route.responses).map((status) => {
      const { description, schema, mediaType, example } = responseOf(route, Number(status)) ?? { description: '' };
      const media = {
        ...(schema === undefined ? {} : { schema: referenceTo(schema) }),
        ...(example === undefined ? {} : { example }),
      };
      const content =
        schema === undefined && mediaType === undefined ? {} : { content: { [mediaType ?? json]: media } };
      return [status, { description, ...content }];
    }),
  );
}

const json = 'application/json';

function problemsOf(route: RouteDefinition): JsonSchema {
  const takesInput = route.params ?? route.query ?? route.body;
  const problems: Record<string, string> = {
    ...(takesInput === undefined ? {} : { 400: 'The request does not fit; the problem lists every issue.' }),
    ...(route.scope === null ? {} : { 401: 'No API key, or one that is not known.' }),
    ...(route.scope === null ? {} : { 403: `The API key does not have the scope "${route.scope}".` }),
    ...route.problems,
  };
  const content = { 'application/problem+json': { schema: referenceTo(ProblemDocument) } };
  return Object.fromEntries(
    Object.entries(problems).map(([status, description]) => [status, { description, content }]),
  );
}

function securityOf(scope: string | null): JsonSchema {
  return scope === null ? { security: [] } : { security: [{ apiKey: [scope] }] };
}

function jsonBody(schema: z.ZodType): JsonSchema {
  return { required: !acceptsNothing(schema), content: { [json]: { schema: referenceTo(schema) } } };
}

function acceptsNothing(schema: z.ZodType): boolean {
  return schema.safeParse(undefined).success;
}

/** A ZodObject's shape is typed by zod's core, whose every schema made by the classic API is a ZodType. */
function asType(field: z.core.$ZodType): z.ZodType {
  return field as z.ZodType;
}

function pathOf(target: object): string {
  const path: unknown = Reflect.getMetadata(PATH_METADATA, target);
  return typeof path === 'string' ? path : '';
}

function methodOf(handler: object): string {
  const method: unknown = Reflect.getMetadata(METHOD_METADATA, handler);
  return (RequestMethod[Number(method)] ?? 'get').toLowerCase();
}

function openApiPath(...parts: readonly string[]): string {
  const segments = parts.flatMap((part) => part.split('/')).filter((segment) => segment !== '');
  return `/${segments.map((segment) => segment.replace(/^:(.+)$/, '{$1}')).join('/')}`;
}

function isClass(metatype: unknown): metatype is Type {
  return typeof metatype === 'function';
}
