import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { Route } from '@tidewaiter/server';
import { OrderScan } from './order-scan';
import { AcceptedScan, ScanOrder } from './scans.schema';

@Controller('api/v1/scans')
export class ScansController {
  constructor(private readonly orderScan: OrderScan) {}

  @Post()
  @HttpCode(202)
  @Route({
    summary: 'Scan an image now',
    description:
      'An image whose layers are known costs the registry two small documents. Ask at `location` how it goes.',
    tags: ['scans'],
    body: ScanOrder,
    responses: { 202: AcceptedScan },
    problems: { 404: 'No configured registry has that host, or it has no such image.' },
    scope: 'scan',
  })
  async order(@Body() { reference }: ScanOrder): Promise<AcceptedScan> {
    return this.orderScan.order(reference);
  }
}
