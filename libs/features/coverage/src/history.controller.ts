import { Controller, Get, Param, Query } from '@nestjs/common';
import { Route } from '@tidewaiter/server';
import { DeliveryListQuery, DeliveryPage, IdParams, ScanListQuery, ScanPage, ScanRecord } from './history.schema';
import { HistoryService } from './history.service';

@Controller('api/v1')
export class HistoryController {
  constructor(private readonly history: HistoryService) {}

  @Get('scans')
  @Route({
    summary: 'List scans',
    description: 'Newest request first.',
    tags: ['scans'],
    query: ScanListQuery,
    responses: { 200: ScanPage },
    scope: 'read',
  })
  listScans(@Query() query: ScanListQuery): Promise<ScanPage> {
    return this.history.listScans(query);
  }

  @Get('scans/:id')
  @Route({
    summary: 'Get one scan',
    tags: ['scans'],
    params: IdParams,
    responses: { 200: ScanRecord },
    problems: { 404: 'No scan has this id.' },
    scope: 'read',
  })
  getScan(@Param() { id }: IdParams): Promise<ScanRecord> {
    return this.history.getScan(id);
  }

  @Get('deliveries')
  @Route({
    summary: 'List webhook deliveries',
    description: 'Newest first, rejected ones included.',
    tags: ['deliveries'],
    query: DeliveryListQuery,
    responses: { 200: DeliveryPage },
    scope: 'read',
  })
  listDeliveries(@Query() query: DeliveryListQuery): Promise<DeliveryPage> {
    return this.history.listDeliveries(query);
  }
}
