import { Controller, Get, Header } from '@nestjs/common';
import { Route } from '@tidewaiter/server';
import { MetricsService } from './metrics.service';

const mediaType = 'text/plain; version=0.0.4; charset=utf-8';

@Controller()
export class MetricsController {
  constructor(private readonly metrics: MetricsService) {}

  @Get('metrics')
  @Header('content-type', mediaType)
  @Route({
    summary: 'Metrics for Prometheus',
    tags: ['feeds'],
    responses: { 200: { description: 'Gauges in the text format of Prometheus', mediaType } },
    scope: 'read',
  })
  read(): Promise<string> {
    return this.metrics.text();
  }
}
