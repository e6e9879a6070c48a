import { Controller, Get, Param, Query } from '@nestjs/common';
import { Route } from '@tidewaiter/server';
import {
  AffectedImageListQuery,
  AffectedImagePage,
  Vulnerability,
  VulnerabilityListQuery,
  VulnerabilityPage,
  VulnerabilityParams,
  VulnerabilityQuery,
} from './vulnerabilities.schema';
import { VulnerabilitiesService } from './vulnerabilities.service';

const problems = {
  404: 'No advisory speaks of this id, or none did at that moment.',
  409: 'The id is of a record about several vulnerabilities; the problem names them.',
  410: 'What was known at that moment is deleted; the problem says since when it is kept.',
} as const;

@Controller('api/v1/vulnerabilities')
export class VulnerabilitiesController {
  constructor(private readonly vulnerabilities: VulnerabilitiesService) {}

  @Get()
  @Route({
    summary: 'List vulnerabilities',
    description: 'Those that some package here is affected by, or may be.',
    tags: ['vulnerabilities'],
    query: VulnerabilityListQuery,
    responses: { 200: VulnerabilityPage },
    scope: 'read',
  })
  list(@Query() query: VulnerabilityListQuery): Promise<VulnerabilityPage> {
    return this.vulnerabilities.list(query);
  }

  @Get(':id')
  @Route({
    summary: 'Get one vulnerability',
    description:
      'By any of its ids; `id` of the answer is the canonical one. As it is, or as it was known at a moment: every advisory in the form it had then, whatever its feed says now.',
    tags: ['vulnerabilities'],
    params: VulnerabilityParams,
    query: VulnerabilityQuery,
    responses: { 200: Vulnerability },
    problems,
    scope: 'read',
  })
  get(@Param() { id }: VulnerabilityParams, @Query() { at }: VulnerabilityQuery): Promise<Vulnerability> {
    return this.vulnerabilities.get(id, at);
  }

  @Get(':id/images')
  @Route({
    summary: 'List the images a vulnerability is found in',
    tags: ['vulnerabilities'],
    params: VulnerabilityParams,
    query: AffectedImageListQuery,
    responses: { 200: AffectedImagePage },
    problems,
    scope: 'read',
  })
  listImages(@Param() { id }: VulnerabilityParams, @Query() query: AffectedImageListQuery): Promise<AffectedImagePage> {
    return this.vulnerabilities.listImages(id, query);
  }
}
