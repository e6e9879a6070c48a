import { Controller, Get } from '@nestjs/common';
import { Route } from '@tidewaiter/server';
import { FeedPage } from './sources.schema';
import { SourcesService } from './sources.service';

@Controller('api/v1')
export class SourcesController {
  constructor(private readonly sources: SourcesService) {}

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
