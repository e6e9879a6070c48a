import { Controller, Get, Query } from '@nestjs/common';
import { Route } from '@tidewaiter/server';
import { Coverage, CoverageEntryListQuery, CoverageEntryPage, CoverageLag, CoverageQuery } from './coverage.schema';
import { CoverageService } from './coverage.service';

@Controller('api/v1/coverage')
export class CoverageController {
  constructor(private readonly coverage: CoverageService) {}

  @Get()
  @Route({
    summary: 'Count the coverage ledger',
    description: 'How much of what the registries hold is scanned, and what has become of the rest.',
    tags: ['coverage'],
    query: CoverageQuery,
    responses: { 200: Coverage },
    scope: 'read',
  })
  summarize(@Query() query: CoverageQuery): Promise<Coverage> {
    return this.coverage.summarize(query);
  }

  @Get('lag')
  @Route({
    summary: 'How far behind we are',
    description: 'What waits, and how long the pushes of the last day took to their verdict.',
    tags: ['coverage'],
    responses: { 200: CoverageLag },
    scope: 'read',
  })
  lag(): Promise<CoverageLag> {
    return this.coverage.lag();
  }

  @Get('entries')
  @Route({
    summary: 'List the coverage ledger',
    description: 'Newest manifests first, an entry for each tag and platform.',
    tags: ['coverage'],
    query: CoverageEntryListQuery,
    responses: { 200: CoverageEntryPage },
    scope: 'read',
  })
  listEntries(@Query() query: CoverageEntryListQuery): Promise<CoverageEntryPage> {
    return this.coverage.listEntries(query);
  }
}
