import type { Database } from '@tidewaiter/db';

interface Gauge {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface ActionGauges {
  /** Actions by registry, kind and state; dry runs are the state `planned`. */
  readonly actions: readonly Gauge[];
  /** When the image came in that waits in quarantine for longest, in seconds since 1970; none where nothing waits. */
  readonly waitingSince: readonly Gauge[];
}

/** What an operator watches by machine: with the scanner down, everything new waits in quarantine. */
export async function actionGauges(database: Database): Promise<ActionGauges> {
  const rows = await database.$queryRaw<
    { registry: string; kind: string; state: string; count: number; oldest: Date | null }[]
  >`
    SELECT g.name AS registry, a.kind, a.state, count(*)::int AS count,
           min(a.created_at) FILTER (WHERE NOT a.dry_run) AS oldest
      FROM registry_action a JOIN registry g ON g.id = a.registry_id
     GROUP BY g.name, a.kind, a.state ORDER BY g.name, a.kind, a.state`;
  const oldest = new Map<string, number>();
  for (const { registry, kind, state, oldest: at } of rows) {
    // In a dry run nothing is kept from anybody.
    if (at === null || !waits.has(state) || !quarantine.has(kind)) continue;
    oldest.set(registry, Math.min(oldest.get(registry) ?? Infinity, at.getTime() / 1_000));
  }
  return {
    actions: rows.map(({ registry, kind, state, count }) => ({ labels: { registry, kind, state }, value: count })),
    waitingSince: [...oldest].map(([registry, value]) => ({ labels: { registry }, value })),
  };
}

const waits = new Set(['waiting', 'pending']);
const quarantine = new Set(['decide', 'release', 'hold']);
