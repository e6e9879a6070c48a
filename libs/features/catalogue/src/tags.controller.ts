import { Controller, Get, Query } from '@nestjs/common';
import { Route } from '@tidewaiter/server';
import { DisagreementQuery, TagDisagreements, TagTimelinePage, TimelineQuery } from './catalogue.schema';
import { TagTimeline } from './tag-timeline';

@Controller('api/v1/tags')
export class TagsController {
  constructor(private readonly timeline: TagTimeline) {}

  @Get('timeline')
  @Route({
    summary: 'Where a tag pointed to, and when',
    description: 'Newest first. Between two looks a tag may have been elsewhere: what nobody saw is not told.',
    tags: ['coverage'],
    query: TimelineQuery,
    responses: { 200: TagTimelinePage },
    problems: { 404: 'No such tag was ever seen.' },
    scope: 'read',
  })
  read(@Query() query: TimelineQuery): Promise<TagTimelinePage> {
    return this.timeline.read(query);
  }

  @Get('disagreements')
  @Route({
    summary: 'Tags that are seen at two digests at a time',
    description: 'Of the last day: tags that were seen again at a digest they had left less than 15 minutes before.',
    tags: ['coverage'],
    query: DisagreementQuery,
    responses: { 200: TagDisagreements },
    scope: 'read',
  })
  disagreements(@Query() { registry }: DisagreementQuery): Promise<TagDisagreements> {
    return this.timeline.disagreements(registry);
  }
}
