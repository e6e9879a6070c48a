import { Controller, Get, HttpCode, Post } from '@nestjs/common';
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

  @Post('feeds/refresh')
  @HttpCode(202)
  @Route({
    summary: 'Look at every configured source of advisories now',
    description: 'What has not changed since is not read again. The list of feeds says when each was last looked at.',
    tags: ['feeds'],
    responses: { 202: { description: 'The scheduler sees to it within seconds.' } },
    scope: 'scan',
  })
  async refresh(): Promise<void> {
    await this.sources.refresh();
  }
}
