import type { EmulatorRoleAssignment, RoleAssignmentMode, RoleName, ScopeMapAction } from '../options';
import type { Grant } from './grants';

const read = ['pull', 'metadata_read'];
const write = [...read, 'push', 'metadata_write'];
const deletion = ['delete', 'deleted_read', 'deleted_restore'];

interface Role {
  /** Azure keeps two families of roles: each counts in one mode of the registry and is ignored in the other. */
  readonly mode: RoleAssignmentMode;
  readonly actions: readonly string[];
  readonly mayList: boolean;
  /** Whether an assignment may carry a condition on the repository's name. */
  readonly takesConditions: boolean;
}

/** https://learn.microsoft.com/azure/container-registry/container-registry-rbac-built-in-roles-overview */
const roles: Readonly<Record<RoleName, Role>> = {
  AcrPull: { mode: 'rbac', actions: read, mayList: true, takesConditions: false },
  AcrPush: { mode: 'rbac', actions: write, mayList: true, takesConditions: false },
  AcrQuarantineReader: { mode: 'rbac', actions: ['pull', 'quarantine_read'], mayList: false, takesConditions: false },
  AcrQuarantineWriter: {
    mode: 'rbac',
    actions: ['pull', 'quarantine_read', 'quarantine_write'],
    mayList: false,
    takesConditions: false,
  },
  AcrDelete: { mode: 'rbac', actions: ['delete'], mayList: false, takesConditions: false },
  Reader: { mode: 'rbac', actions: read, mayList: true, takesConditions: false },
  Contributor: { mode: 'rbac', actions: [...write, ...deletion], mayList: true, takesConditions: false },
  Owner: { mode: 'rbac', actions: [...write, ...deletion], mayList: true, takesConditions: false },
  'Container Registry Repository Reader': abac(read),
  'Container Registry Repository Writer': abac(write),
  'Container Registry Repository Contributor': abac([...write, 'delete']),
  'Container Registry Repository Catalog Lister': {
    mode: 'rbac-abac',
    actions: [],
    mayList: true,
    takesConditions: false,
  },
};

/** What role assignments are worth in a registry of that mode. */
export function grantsOfRoles(assignments: readonly EmulatorRoleAssignment[], mode: RoleAssignmentMode): Grant[] {
  const grants: Grant[] = [];
  for (const { role, repositories } of assignments) {
    const { actions, mayList, takesConditions, ...facts } = roles[role];
    if (repositories !== undefined && !takesConditions) throw new Error(`role ${role} takes no conditions`);
    if (facts.mode !== mode) continue;
    for (const name of actions.length === 0 ? [] : (repositories ?? ['*'])) {
      grants.push({ type: 'repository', name, actions });
    }
    if (mayList) grants.push({ type: 'registry', name: 'catalog', actions: ['*'] });
  }
  return grants;
}

const actionOfScopeMap: Readonly<Record<ScopeMapAction, string>> = {
  'content/read': 'pull',
  'content/write': 'push',
  'content/delete': 'delete',
  'metadata/read': 'metadata_read',
  'metadata/write': 'metadata_write',
};

/** A scope map never lets anybody list the registry's repositories. */
export function grantsOfScopeMap(scopeMap: Readonly<Record<string, readonly ScopeMapAction[]>>): Grant[] {
  return Object.entries(scopeMap).map(([name, actions]) => ({
    type: 'repository',
    name,
    actions: actions.map((action) => actionOfScopeMap[action]),
  }));
}

function abac(actions: readonly string[]): Role {
  return { mode: 'rbac-abac', actions, mayList: false, takesConditions: true };
}
