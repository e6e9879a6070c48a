import { Controller, Get } from '@nestjs/common';
import { Route } from '@tidewaiter/server';
import { FeedPage, RegistryPage } from './sources.schema';
import { SourcesService } from './sources.service';

@Controller('api/v1')
export class SourcesController {
  constructor(private readonly sources: SourcesService) {}

  @Get('registries')
  @Route({
    summary: 'List registries',
    tags: ['registries'],
    responses: { 200: RegistryPage },
    scope: 'read',
  })
  listRegistries(): Promise<RegistryPage> {
    return this.sources.listRegistries();
  }

  @Get('feeds')
  @Route({
    summary: 'List advisory feeds',
    tags: ['feeds'],
    responses: { 200: FeedPage },
    scope: 'read',
  })
  listFeeds(): Promise<FeedPage> {
    return this.sources.listFeeds();
  }
}
