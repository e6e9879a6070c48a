import { Module } from '@nestjs/common';
import { ApplyScope } from './apply-scope';
import { CompareRepository } from './compare-repository';
import { ReconcileRegistry } from './reconcile-registry';
import { ReconcileRepository } from './reconcile-repository';
import { ReconcileRuns } from './reconcile-runs';
import { ReconcilesController } from './reconciles.controller';
import { ReconcilesService } from './reconciles.service';
import { RecoverCatalogue } from './recover-catalogue';
import { TagTimeline } from './tag-timeline';
import { TagsController } from './tags.controller';
import { TellMovedTags } from './tell-moved-tags';
import { WantScans } from './want-scans';

/** Walking catalogues: what a worker needs. */
@Module({
  providers: [
    ReconcileRuns,
    CompareRepository,
    ApplyScope,
    WantScans,
    ReconcileRepository,
    ReconcileRegistry,
    TellMovedTags,
  ],
  exports: [ReconcileRegistry, TellMovedTags],
})
export class CatalogueModule {}

/** What the planner does about it by the clock. */
@Module({ providers: [ReconcileRuns, WantScans, RecoverCatalogue], exports: [RecoverCatalogue] })
export class CatalogueRecoveryModule {}

/** Asking for walks and looking at what they saw: what the API needs. */
@Module({
  controllers: [ReconcilesController, TagsController],
  providers: [ReconcileRuns, ReconcilesService, TagTimeline],
})
export class CatalogueApiModule {}
