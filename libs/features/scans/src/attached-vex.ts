import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { Lane, VexStatement } from '@tidewaiter/contracts';
import type { Database, Transaction } from '@tidewaiter/db';
import { forgetStatements, keepBelief, markAttachedTo, replaceStatements } from '@tidewaiter/features/matches';
import { matchesGlob, RegistryAccess } from '@tidewaiter/features/registries';
import { messageOf, OperationalError, UserError } from '@tidewaiter/kit';
import { attachmentsOf, documentsOf, readAttached, type AttachmentPlace } from '@tidewaiter/registry';
import { DATABASE } from '@tidewaiter/server';
import { mayBeVex, mayHoldVex, readAttachedVex } from '@tidewaiter/vex';

export interface AttachedVexOptions {
  readonly isRead: boolean;
  /** Repositories as `host/name`, with `*`: what is attached there suppresses. */
  readonly believed: readonly string[];
}

export const ATTACHED_VEX = Symbol('AttachedVexOptions');

/** Where a manifest is; and how urgent what is asked about it. */
export interface VexPlace {
  readonly manifestId: number;
  readonly registry: { readonly name: string; readonly url: string };
  readonly repository: { readonly id: number; readonly name: string };
  readonly lane: Lane;
  readonly signal: AbortSignal;
  /** For a listing of referrers: they are few a minute, and a verdict does not wait for one. */
  readonly waits: boolean;
}

/** What is attached to one manifest, as far as it is VEX. */
export interface AttachedReading {
  /** Digest of the manifest. */
  readonly subject: string;
  /** Statements by the digest of their document; undefined when the registry did not say what there is, or was not asked. */
  readonly documents: ReadonlyMap<string, readonly VexStatement[]> | undefined;
  /** The registry was not asked, as one would have to wait; about the manifests behind this one neither. */
  readonly isPutOff: boolean;
  /** `code: message`, one for each thing that could not be read. */
  readonly problems: readonly string[];
}

/** VEX documents attached to images in their registries. Reading them never fails anything: verdicts do without them. */
@Injectable()
export class AttachedVexDocuments implements OnApplicationBootstrap {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly registries: RegistryAccess,
    @Inject(ATTACHED_VEX) private readonly options: AttachedVexOptions,
  ) {}

  /** Who is believed may be others than when the documents were read. */
  async onApplicationBootstrap(): Promise<void> {
    const rows = await this.database.$queryRaw<{ id: number; name: string; url: string; isBelieved: boolean }[]>`
      SELECT DISTINCT r.id, r.name, g.url, a.is_believed AS "isBelieved"
        FROM attached_vex a JOIN repository r ON r.id = a.repository_id JOIN registry g ON g.id = r.registry_id`;
    const changed = rows.filter(({ name, url, isBelieved }) => this.isBelieved({ name, url }) !== isBelieved);
    for (const { id: repositoryId, isBelieved } of changed) {
      await this.database.$transaction(async (tx) => {
        const where = { repositoryId, isBelieved };
        const documents = await tx.attachedVex.findMany({ where, distinct: ['subjectDigest'] });
        await keepBelief(tx, { repositoryId, isBelieved });
        await tx.attachedVex.updateMany({ where, data: { isBelieved: !isBelieved } });
        for (const { subjectDigest } of documents) await markAttachedTo(tx, { repositoryId, digest: subjectDigest });
      });
    }
  }

  /** What is attached to these manifests of a repository, over the network. */
  async read(place: VexPlace, subjects: readonly string[]): Promise<readonly AttachedReading[]> {
    if (!(await this.isWorthAsking(place))) return [];
    const { registry, repository, lane, signal, waits } = place;
    const from = this.registries.attachments(registry.name, { repository: repository.name, lane, signal, waits });
    const readings: AttachedReading[] = [];
    for (const subject of new Set(subjects)) {
      const reading = await readSubject(from, subject, signal);
      readings.push(reading);
      if (reading.isPutOff) break;
    }
    return readings;
  }

  /** Puts what was read into the place of what was attached before; what could not be read stays as it was. */
  async record(tx: Transaction, place: VexPlace, readings: readonly AttachedReading[]): Promise<void> {
    const repositoryId = place.repository.id;
    const isBelieved = this.isBelieved({ name: place.repository.name, url: place.registry.url });
    for (const { subject: subjectDigest, documents } of readings) {
      if (documents === undefined) continue;
      const key = { repositoryId, subjectDigest };
      const before = await tx.attachedVex.findMany({ where: key });
      const gone = before.filter(({ digest }) => !documents.has(digest)).map(({ id }) => id);
      await forgetStatements(tx, { attachedVexIds: gone });
      await tx.attachedVex.deleteMany({ where: { id: { in: gone } } });
      for (const [digest, statements] of documents) {
        const row =
          before.find((one) => one.digest === digest) ??
          (await tx.attachedVex.create({ data: { ...key, digest, isBelieved } }));
        await replaceStatements(tx, statements, { attachedVexId: row.id });
      }
      if (before.length + documents.size > 0) await markAttachedTo(tx, { repositoryId, digest: subjectDigest });
    }
    if (readings.length > 0 && readings.every(({ documents }) => documents !== undefined))
      await tx.manifest.update({ where: { id: place.manifestId }, data: { attachmentsAskedAt: new Date() } });
  }

  /**
   * Listings of referrers are few a minute, and a backlog has many images: of it, those are asked about whose repository was
   * listed with something that may be VEX.
   */
  private async isWorthAsking({ repository, lane }: VexPlace): Promise<boolean> {
    if (!this.options.isRead) return false;
    if (lane !== 'backfill') return true;
    const rows = await this.database.manifest.findMany({
      where: { repositoryId: repository.id, artifactType: { not: null }, deletedAt: null },
      distinct: ['artifactType'],
      select: { artifactType: true },
    });
    return rows.some(({ artifactType }) => mayHoldVex(artifactType ?? undefined));
  }

  private isBelieved({ name, url }: { readonly name: string; readonly url: string }): boolean {
    return this.options.believed.some((pattern) => matchesGlob(pattern, `${new URL(url).host}/${name}`));
  }
}

async function readSubject(from: AttachmentPlace, subject: string, signal: AbortSignal): Promise<AttachedReading> {
  const documents = new Map<string, readonly VexStatement[]>();
  const problems: string[] = [];
  try {
    for await (const attachment of attachmentsOf(from, subject)) {
      if (!mayHoldVex(attachment.artifactType)) continue;
      for (const document of await documentsOf(from, attachment)) {
        if (!mayBeVex(document)) continue;
        const { statements, problems: found } = readAttachedVex(await readAttached(from, document), subject);
        if (statements.length > 0) documents.set(document.digest, statements);
        problems.push(...found.map(({ code, message }) => `${code}: ${document.digest} ${message}`));
      }
    }
    return { subject, documents, isPutOff: false, problems };
  } catch (error) {
    signal.throwIfAborted();
    const code = error instanceof UserError || error instanceof OperationalError ? error.code : 'referrers-broke';
    if (code === 'referrers-put-off') return { subject, documents: undefined, isPutOff: true, problems };
    return { subject, documents: undefined, isPutOff: false, problems: [...problems, `${code}: ${messageOf(error)}`] };
  }
}
