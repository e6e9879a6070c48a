import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { postgresText, type Database } from '@tidewaiter/db';
import { recordActivity } from '@tidewaiter/features/activity';
import type { KnownRegistry } from '@tidewaiter/features/registries';
import { DATABASE } from '@tidewaiter/server';
import { activityOf } from './action-activity';
import { decideQuarantine } from './decide-quarantine';
import { quarantineFacts } from './quarantine-facts';

interface HeldCase {
  readonly id: string;
  readonly registryId: number;
  readonly repository: string;
  readonly tag: string | null;
  readonly digest: string;
  readonly reason: string;
  readonly checkedAt: Date | null;
}

/** Looked at in one run; the next one goes on. */
const batchSize = 500;
/** What no finding tells: a feed that has come to know its packages. */
const everyHours = 1;

/**
 * What a rule held is decided again when its findings, what somebody vouches for or the rules have changed, and released if it would be
 * now: by an action of its own. What was released, and what somebody ordered, is left as it is.
 */
@Injectable()
export class DecideAgain {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  /** Returns how many are to be released. */
  async run(registry: KnownRegistry, signal: AbortSignal): Promise<number> {
    let released = 0;
    for (const held of await this.due(registry, batchSize)) {
      signal.throwIfAborted();
      if (await this.decide(registry, held)) released += 1;
    }
    return released;
  }

  /** Held cases of a registry that are to be looked at again. A dry run looks at what was held for real as well. */
  due({ id: registryId, config }: KnownRegistry, limit: number): Promise<readonly HeldCase[]> {
    const { mode = 'off', actions = [] } = config.actuator ?? {};
    if (mode === 'off' || !actions.includes('quarantine')) return Promise.resolve([]);
    const isDryRun = mode === 'dry-run';
    return this.database.$queryRaw<HeldCase[]>`
      SELECT a.id::text AS id, a.registry_id AS "registryId", a.repository, a.tag, a.digest, a.reason, a.checked_at AS "checkedAt"
        FROM registry_action a JOIN registry g ON g.id = a.registry_id
       WHERE a.registry_id = ${registryId} AND a.kind = 'hold' AND a.requested_by = 'rule'
         AND (a.state = 'done' OR (${isDryRun} AND a.state = 'planned'))
         AND NOT EXISTS (
           SELECT FROM registry_action b
            WHERE b.digest = a.digest AND b.registry_id = a.registry_id AND b.repository = a.repository
              AND b.kind IN ('decide', 'release', 'hold') AND b.created_at > a.created_at AND b.state <> 'superseded'
              AND (${isDryRun} OR NOT b.dry_run))
         AND (a.checked_at IS NULL OR a.checked_at < now() - make_interval(hours => ${everyHours}::int)
              OR g.updated_at > a.checked_at
              OR EXISTS (
                SELECT FROM image i
                 WHERE (EXISTS (SELECT FROM image_repetition r WHERE r.image_id = i.id AND r.updated_at > a.checked_at)
                        OR EXISTS (
                          SELECT FROM image_part ip JOIN part_summary p ON p.part_id = ip.part_id
                           WHERE ip.image_id = i.id AND p.updated_at > a.checked_at))
                   AND (i.digest = a.digest OR i.id IN (
                     SELECT mi.image_id FROM manifest m JOIN manifest_image mi ON mi.manifest_id = m.id
                      WHERE m.digest = a.digest))))
       ORDER BY a.checked_at NULLS FIRST, a.created_at
       LIMIT ${limit}`;
  }

  private async decide({ config }: KnownRegistry, held: HeldCase): Promise<boolean> {
    const { registryId, repository, tag, digest, checkedAt } = held;
    if (config.actuator === undefined) return false;
    // Before the look: what changes meanwhile is looked at once more.
    const now = new Date();
    const decision = decideQuarantine(await quarantineFacts(this.database, held), config.actuator);
    return this.database.$transaction(async (tx) => {
      const { count } = await tx.registryAction.updateMany({
        where: { id: held.id, checkedAt },
        data: { checkedAt: now },
      });
      // Another run has looked at it.
      if (count === 0 || decision.verdict !== 'release') return false;
      const dryRun = config.actuator?.mode !== 'on';
      const reason = postgresText(`${decision.reason}; it was held for ${held.reason}`).slice(0, 2_000);
      const state = dryRun ? { state: 'planned', finishedAt: now } : { state: 'pending' };
      const action = {
        id: randomUUID(),
        registryId,
        repository,
        tag,
        digest,
        kind: 'release',
        dryRun,
        reason,
      } as const;
      // Somebody may have ordered something this moment.
      const { count: made } = await tx.registryAction.createMany({
        data: { ...action, ...state, requestedBy: 'rule' },
        skipDuplicates: true,
      });
      if (made === 0) return false;
      const about = { kind: action.kind, dryRun, reason: reason.slice(0, 500) };
      await recordActivity(tx, 'action.decided', { ...activityOf(action, config.name), ...about });
      return true;
    });
  }
}
