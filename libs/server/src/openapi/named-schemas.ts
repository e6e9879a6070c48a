import { UnexpectedError } from '@tidewaiter/kit';
import { z } from 'zod';

/** The schemas that OpenAPI shows under a name of their own instead of writing them out in each place. */
const names = z.registry<{ id: string }>();
const taken = new Map<string, z.ZodType>();

/** Gives a schema its name in the OpenAPI document. A second schema may not take the same name. */
export function named<S extends z.ZodType>(id: string, schema: S): S {
  const holder = taken.get(id);
  if (holder !== undefined && holder !== schema) {
    throw new UnexpectedError('schema-name-taken', `two schemas are named ${id}; give one of them another name`);
  }
  taken.set(id, schema);
  names.add(schema, { id });
  return schema;
}

export type JsonSchema = Record<string, unknown>;

export function componentSchemas(): Record<string, JsonSchema> {
  const { schemas } = z.toJSONSchema(names, { uri: componentPath, io: 'output' });
  const entries = Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([id, schema]) => [id, embedded(schema)]));
}

export function referenceTo(schema: z.ZodType): JsonSchema {
  const id = names.get(schema)?.id;
  if (id === undefined) {
    throw new UnexpectedError('schema-unnamed', 'a response or body schema has no name; wrap it in named(id, schema)');
  }
  return { $ref: componentPath(id) };
}

/** How a request is written: the form before defaults and conversions. */
export function inputSchema(schema: z.ZodType): JsonSchema {
  return embedded(z.toJSONSchema(schema, { io: 'input' }));
}

function componentPath(id: string): string {
  return `#/components/schemas/${id}`;
}

/** Inside an OpenAPI document the dialect and the identity are the document's. */
function embedded(schema: object): JsonSchema {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== '$schema' && key !== '$id'));
}
