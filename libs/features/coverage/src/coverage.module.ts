import { Module } from '@nestjs/common';
import { CoverageController } from './coverage.controller';
import { CoverageRepository } from './coverage.repository';
import { CoverageService } from './coverage.service';
import { EventQueuesController } from './event-queues.controller';
import { EventQueuesService } from './event-queues.service';
import { HistoryController } from './history.controller';
import { HistoryService } from './history.service';
import { MetricsController } from './metrics.controller';
import { MetricsService } from './metrics.service';
import { SourcesController } from './sources.controller';
import { SourcesService } from './sources.service';

/** What is watched, what came in, and what has become of it. */
@Module({
  controllers: [CoverageController, EventQueuesController, HistoryController, MetricsController, SourcesController],
  providers: [CoverageRepository, CoverageService, EventQueuesService, HistoryService, MetricsService, SourcesService],
})
export class CoverageModule {}
