import { Controller, Get, Query } from '@nestjs/common';
import { Route } from '@tidewaiter/server';
import { PackageFindingListQuery, PackageFindingPage } from './findings.schema';
import { FindingsService } from './findings.service';

@Controller('api/v1')
export class FindingsController {
  constructor(private readonly findings: FindingsService) {}

  @Get('findings')
  @Route({
    summary: 'List all findings',
    description:
      'Every open finding of every package that an image has or had, once, however many images hold it. Which images do is told by the vulnerability and by the package.',
    tags: ['findings'],
    query: PackageFindingListQuery,
    responses: { 200: PackageFindingPage },
    scope: 'read',
  })
  list(@Query() query: PackageFindingListQuery): Promise<PackageFindingPage> {
    return this.findings.list(query);
  }
}
