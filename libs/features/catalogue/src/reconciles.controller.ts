import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { Route } from '@tidewaiter/server';
import { Reconcile, ReconcileListQuery, ReconcileOrder, ReconcilePage, RegistryNameParams } from './catalogue.schema';
import { ReconcilesService } from './reconciles.service';

@Controller('api/v1/registries/:name/reconciles')
export class ReconcilesController {
  constructor(private readonly reconciles: ReconcilesService) {}

  @Get()
  @Route({
    summary: 'List the walks through a registry',
    description: 'Newest first. A walk compares what the registry has with what is known of it.',
    tags: ['registries'],
    params: RegistryNameParams,
    query: ReconcileListQuery,
    responses: { 200: ReconcilePage },
    problems: { 404: 'There is no such registry.' },
    scope: 'read',
  })
  list(@Param() { name }: RegistryNameParams, @Query() query: ReconcileListQuery): Promise<ReconcilePage> {
    return this.reconciles.list(name, query);
  }

  @Post()
  @HttpCode(202)
  @Route({
    summary: 'Compare a registry with what is known of it now',
    description: 'A registry is walked once at a time: when a walk is under way, the answer is that walk.',
    tags: ['registries'],
    params: RegistryNameParams,
    body: ReconcileOrder,
    responses: { 202: Reconcile },
    problems: { 404: 'There is no such registry.', 409: 'No key opens its stored credentials: nobody can walk it.' },
    scope: 'scan',
  })
  start(@Param() { name }: RegistryNameParams, @Body() { full }: ReconcileOrder): Promise<Reconcile> {
    return this.reconciles.start(name, { isFull: full });
  }
}
