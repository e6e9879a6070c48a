import { Controller, Get, Param, Query } from '@nestjs/common';
import { DigestParams } from '@tidewaiter/features/images';
import { Route } from '@tidewaiter/server';
import { ExplainQuery, Explanations, PackageFindingListQuery, PackageFindingPage } from './findings.schema';
import { ExplainService } from './explain.service';
import { FindingsService } from './findings.service';

@Controller('api/v1')
export class FindingsController {
  constructor(
    private readonly findings: FindingsService,
    private readonly explain: ExplainService,
  ) {}

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

  @Get('images/:digest/explain')
  @Route({
    summary: 'Explain a finding or its absence',
    description:
      'Every record about the vulnerability that is looked at for packages of the image: its range, what it says of the version, and which one is believed. Judged anew by the code that makes findings.',
    tags: ['findings'],
    params: DigestParams,
    query: ExplainQuery,
    responses: { 200: Explanations },
    problems: {
      404: 'No image or index with this digest has been seen.',
      409: 'The digest is of an index, or of a manifest that is not scanned yet.',
    },
    scope: 'read',
  })
  explainFinding(@Param() { digest }: DigestParams, @Query() query: ExplainQuery): Promise<Explanations> {
    return this.explain.explain(digest, query);
  }
}
