import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { CallerName, Route } from '@tidewaiter/server';
import { ControlScan } from './control-scan';
import { OrderScan } from './order-scan';
import { AcceptedScan, LaneChange, ScanOrder, ScanParams } from './scans.schema';

@Controller('api/v1/scans')
export class ScansController {
  constructor(
    private readonly orderScan: OrderScan,
    private readonly controlScan: ControlScan,
  ) {}

  @Post()
  @HttpCode(202)
  @Route({
    summary: 'Scan an image now',
    description:
      'An image whose layers are known costs the registry two small documents. Ask at `location` how it goes.',
    tags: ['scans'],
    body: ScanOrder,
    responses: { 202: AcceptedScan },
    problems: {
      404: 'No configured registry has that host, or it has no such image.',
      409: 'No key opens the stored credentials of that registry.',
    },
    scope: 'scan',
  })
  async order(@Body() { reference }: ScanOrder): Promise<AcceptedScan> {
    return this.orderScan.order(reference);
  }

  @Post(':id/cancel')
  @HttpCode(204)
  @Route({
    summary: 'Cancel a scan',
    description: 'One that waits or is being carried out. The last good result of the image stays.',
    tags: ['scans'],
    params: ScanParams,
    responses: { 204: { description: 'It is cancelled, and a worker that is at it stops within seconds.' } },
    problems: { 404: 'No scan has this id.', 409: 'It is over.' },
    scope: 'scan',
  })
  async cancel(@Param() { id }: ScanParams, @CallerName() caller: string): Promise<void> {
    await this.controlScan.cancel(id, caller);
  }

  @Post(':id/lane')
  @HttpCode(204)
  @Route({
    summary: 'Move a waiting scan to another lane',
    description: 'push, user, rescan and backfill, the most urgent first; each has workers of its own.',
    tags: ['scans'],
    params: ScanParams,
    body: LaneChange,
    responses: { 204: { description: 'It waits in that lane.' } },
    problems: { 404: 'No scan has this id.', 409: 'It does not wait any more.' },
    scope: 'scan',
  })
  async moveToLane(@Param() { id }: ScanParams, @Body() { lane }: LaneChange): Promise<void> {
    await this.controlScan.moveToLane(id, lane);
  }
}
