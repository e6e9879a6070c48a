/**
 * Scopes as the distribution token spec writes them: `type:name:action,action`. The name may hold colons (a host with a
 * port), so the first and the last colon count.
 */
export interface Grant {
  readonly type: string;
  readonly name: string;
  readonly actions: readonly string[];
}

/** What a route asks for: every action listed, on one named thing. */
export type Requirement = Grant;

/**
 * ACR documents no action for the quarantine: its readers ask for `pull` and its writers for `pull,push`, and the registry
 * knows their role. Here the role is in the token, given along with what is asked for.
 */
const alongWith: ReadonlyMap<string, string> = new Map([
  ['pull', 'quarantine_read'],
  ['push', 'quarantine_write'],
]);

const repositoryActions = [
  'pull',
  'push',
  'delete',
  'metadata_read',
  'metadata_write',
  'deleted_read',
  'deleted_restore',
] as const;

export const everything: readonly Grant[] = [
  { type: 'repository', name: '*', actions: ['*'] },
  { type: 'registry', name: 'catalog', actions: ['*'] },
];

/** Anonymous pull opens the data plane's reads of the whole registry. */
export const everyRead: readonly Grant[] = [
  { type: 'repository', name: '*', actions: ['pull', 'metadata_read'] },
  { type: 'registry', name: 'catalog', actions: ['*'] },
];

export function parseScope(scope: string): Grant | undefined {
  const first = scope.indexOf(':');
  const last = scope.lastIndexOf(':');
  if (first <= 0 || last <= first + 1) return undefined;
  const actions = scope
    .slice(last + 1)
    .split(',')
    .filter((action) => action !== '');
  return { type: scope.slice(0, first), name: scope.slice(first + 1, last), actions };
}

export function scopeText(grant: Grant): string {
  return `${grant.type}:${grant.name}:${grant.actions.join(',')}`;
}

/** What a client asks a token for to meet the requirement. */
export function askedFor(requirement: Requirement): Requirement {
  return requirement.actions.includes('quarantine_write') ? { ...requirement, actions: ['pull', 'push'] } : requirement;
}

/** The part of what was asked that is held; what is not held is left out without an error, as the token spec has it. */
export function intersect(asked: readonly Grant[], held: readonly Grant[]): readonly Grant[] {
  const access: Grant[] = [];
  for (const scope of asked) {
    const wanted = scope.type === 'repository' && scope.actions.includes('*') ? repositoryActions : scope.actions;
    const along = scope.type === 'repository' ? wanted.map((action) => alongWith.get(action)) : [];
    const given = [...wanted, ...along.filter((action) => action !== undefined)];
    const actions = given.filter((action) => holds(held, scope.type, scope.name, action));
    if (actions.length > 0) access.push({ type: scope.type, name: scope.name, actions });
  }
  return access;
}

export function allows(held: readonly Grant[], requirement: Requirement): boolean {
  return requirement.actions.every((action) => holds(held, requirement.type, requirement.name, action));
}

function holds(held: readonly Grant[], type: string, name: string, action: string): boolean {
  return held.some(
    (grant) =>
      grant.type === type &&
      nameMatches(grant.name, name) &&
      (grant.actions.includes('*') || grant.actions.includes(action)),
  );
}

function nameMatches(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name;
}
