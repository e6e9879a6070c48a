import { Controller, Get, Param, Query } from '@nestjs/common';
import { Route } from '@tidewaiter/server';
import {
  AffectedImageListQuery,
  AffectedImagePage,
  Vulnerability,
  VulnerabilityListQuery,
  VulnerabilityPage,
  VulnerabilityParams,
} from './vulnerabilities.schema';
import { VulnerabilitiesService } from './vulnerabilities.service';

const problems = {
  404: 'No advisory speaks of this id.',
  409: 'The id is of a record about several vulnerabilities; the problem names them.',
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
    description: 'By any of its ids; `id` of the answer is the canonical one.',
    tags: ['vulnerabilities'],
    params: VulnerabilityParams,
    responses: { 200: Vulnerability },
    problems,
    scope: 'read',
  })
  get(@Param() { id }: VulnerabilityParams): Promise<Vulnerability> {
    return this.vulnerabilities.get(id);
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
