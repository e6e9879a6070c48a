import { Controller, Get, Param, Query } from '@nestjs/common';
import { Route } from '@tidewaiter/server';
import { DependentListQuery, DependentPage, ImageBases } from './bases.schema';
import { BasesService } from './bases.service';
import { DigestParams } from './images.schema';

const problems = {
  404: 'No image or index with this digest has been seen.',
  409: 'The digest is of an index, or of a manifest that is not scanned yet.',
} as const;

@Controller('api/v1/images/:digest')
export class BasesController {
  constructor(private readonly bases: BasesService) {}

  @Get('bases')
  @Route({
    summary: 'What an image is built on',
    description: 'Exact: images all of whose layers are the first ones of this. The nearest first.',
    tags: ['images'],
    params: DigestParams,
    responses: { 200: ImageBases },
    problems,
    scope: 'read',
  })
  listBases(@Param() { digest }: DigestParams): Promise<ImageBases> {
    return this.bases.basesOf(digest);
  }

  @Get('dependents')
  @Route({
    summary: 'What is built on an image',
    description: 'Images that begin with all layers of this and have more, and what a rebuild of it would take away.',
    tags: ['images'],
    params: DigestParams,
    query: DependentListQuery,
    responses: { 200: DependentPage },
    problems,
    scope: 'read',
  })
  listDependents(@Param() { digest }: DigestParams, @Query() query: DependentListQuery): Promise<DependentPage> {
    return this.bases.dependents(digest, query);
  }
}
