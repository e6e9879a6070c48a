import { Injectable } from '@nestjs/common';
import { ApplyScope } from './apply-scope';
import { CompareRepository, type Place } from './compare-repository';
import type { RunProgress } from './reconcile-runs';
import { WantScans } from './want-scans';

/** One repository: its rows become what the registry has, the rules are applied, and what is in scope gets its scans. */
@Injectable()
export class ReconcileRepository {
  constructor(
    private readonly compareRepository: CompareRepository,
    private readonly applyScope: ApplyScope,
    private readonly wantScans: WantScans,
  ) {}

  async reconcile(
    place: Place,
    options: { readonly isFull: boolean },
  ): Promise<Pick<RunProgress, 'unchanged' | 'tags' | 'moved' | 'deleted' | 'requested'>> {
    const comparison = await this.compareRepository.compare(place, options);
    const { repositoryId, isUnchanged, tags, moved, deleted, cameFrom } = comparison;
    await this.wantScans.linkKnownImages(repositoryId);
    await this.applyScope.apply(repositoryId);
    const requested = await this.wantScans.ofRepository(repositoryId, cameFrom);
    await this.compareRepository.noteDone(comparison);
    return { tags, moved, deleted, requested, unchanged: isUnchanged ? 1 : 0 };
  }
}
