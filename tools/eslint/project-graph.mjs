/**
 * @nx/enforce-module-boundaries reads the graph of projects from a cache and is silent without one: a fresh clone would
 * lint clean whatever it imports. So the graph is made first, in this process.
 */
export async function makeProjectGraph() {
  process.env.NX_DAEMON = 'false';
  process.env.NX_ISOLATE_PLUGINS = 'false';
  const { createProjectGraphAsync } = await import('@nx/devkit');
  const { nodes } = await createProjectGraphAsync({ exitOnError: false, resetDaemonClient: false });
  if (Object.keys(nodes).length === 0) throw new Error('Nx found no project: import boundaries cannot be checked');
}
