import { z } from 'zod';
import { RegistryFault } from '../fault';
import { jsonReply, parseJsonBody, type Reply } from '../http';
import { tellReleased } from '../quarantine';
import { digestParam, findManifest, knownRepository, knownTag, type Registry } from '../registry';
import { needsOnRepository, type Call, type Route } from '../router';
import type { Attributes } from '../storage/attribute-rows';
import { AttributeChanges, QuarantineChanges, QuarantineDetails } from './attribute-changes.schema';
import { manifestDetails, repositoryAttributes, tagAttributes } from './attributes';

/** Changing attributes: locks for whoever may write metadata, the state of quarantine for whoever may write that. */
export function attributeRoutes(registry: Registry): readonly Route[] {
  const writes = needsOnRepository('metadata_write');
  return [
    {
      method: 'PATCH',
      pattern: /^\/acr\/v1\/(?<name>.+)\/_tags\/(?<tag>[^/]+)$/,
      needs: writes,
      handle: (call) => changeTag(registry, call),
    },
    {
      method: 'PATCH',
      pattern: /^\/acr\/v1\/(?<name>.+)\/_manifests\/(?<digest>[^/]+)$/,
      // Which right it takes depends on what is changed.
      needs: 'signed-in',
      handle: (call) => changeManifest(registry, call),
    },
    {
      method: 'PATCH',
      pattern: /^\/acr\/v1\/(?<name>(?:(?!\/_).)+)$/,
      needs: writes,
      handle: (call) => changeRepository(registry, call),
    },
  ];
}

async function changeRepository(registry: Registry, call: Call): Promise<Reply> {
  const { name } = knownRepository(registry, call);
  const changes = checked(AttributeChanges, await parseJsonBody(call.request));
  registry.catalogue.attributes.change({ repository: name, kind: 'repository', item: '' }, flags(changes));
  return jsonReply(200, repositoryAttributes(registry, knownRepository(registry, call)));
}

async function changeTag(registry: Registry, call: Call): Promise<Reply> {
  const { name } = knownRepository(registry, call);
  const row = knownTag(registry, name, call);
  const changes = checked(AttributeChanges, await parseJsonBody(call.request));
  registry.catalogue.attributes.change({ repository: name, kind: 'tag', item: row.name }, flags(changes));
  return jsonReply(200, {
    registry: registry.loginServer,
    imageName: name,
    tag: tagAttributes(registry, name, row),
  });
}

async function changeManifest(registry: Registry, call: Call): Promise<Reply> {
  const name = call.params['name'] ?? '';
  const body = await parseJsonBody(call.request);
  const locks = flags(checked(AttributeChanges, body));
  const quarantine = checked(QuarantineChanges, body);
  const isQuarantine = Object.values(quarantine).some((value) => value !== undefined);
  if (isQuarantine) call.caller.demand({ type: 'repository', name, actions: ['quarantine_write'] });
  if (!isQuarantine || Object.keys(locks).length > 0) {
    call.caller.demand({ type: 'repository', name, actions: ['metadata_write'] });
  }
  knownRepository(registry, call);
  const row = findManifest(registry, name, { kind: 'digest', digest: digestParam(call) });
  const owner = { repository: name, kind: 'manifest', item: row.digest } as const;
  const before = registry.catalogue.attributes.find(owner);
  registry.catalogue.attributes.change(owner, { ...locks, ...quarantineMarks(quarantine) });
  const isReleased = quarantine.quarantineState === 'Passed' && before.quarantineState !== 'Passed';
  if (isReleased && registry.quarantine.isEnabled()) tellReleased(registry, name, row, call);
  return jsonReply(200, {
    registry: registry.loginServer,
    imageName: name,
    manifest: await manifestDetails(registry, name, row),
  });
}

function flags(changes: AttributeChanges): Partial<Attributes> {
  const set: Partial<Record<keyof AttributeChanges, 0 | 1>> = {};
  for (const name of ['deleteEnabled', 'writeEnabled', 'listEnabled', 'readEnabled'] as const) {
    const value = changes[name];
    if (value !== undefined) set[name] = value ? 1 : 0;
  }
  return set;
}

function quarantineMarks({ quarantineState, quarantineDetails }: QuarantineChanges): Partial<Attributes> {
  if (quarantineDetails !== undefined) checked(QuarantineDetails, parsedDetails(quarantineDetails));
  return {
    ...(quarantineState === undefined ? {} : { quarantineState }),
    ...(quarantineDetails === undefined ? {} : { quarantineDetails }),
  };
}

function parsedDetails(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new RegistryFault(400, 'UNSUPPORTED', 'quarantineDetails is a string that holds JSON');
  }
}

function checked<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new RegistryFault(400, 'UNSUPPORTED', z.prettifyError(parsed.error));
}
