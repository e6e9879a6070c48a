import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { PauseRecord } from '@tidewaiter/features/registries';
import { CallerName, Route } from '@tidewaiter/server';
import { PauseWork } from './pause-work';
import { LaneList, LanePath, PauseOrder, PausedRegistryPath } from './scans.schema';

const resumed = { description: 'What waited goes on.' };

@Controller('api/v1')
export class PausesController {
  constructor(private readonly pauseWork: PauseWork) {}

  @Post('registries/:name/pause')
  @HttpCode(200)
  @Route({
    summary: 'Pause a registry',
    description:
      'No scan of its images and no walk through it is begun, and a walk that is under way breaks off; scans that run go on ' +
      'to their end. Its events are taken and processed as before, and the scans they ask for wait.',
    tags: ['registries'],
    params: PausedRegistryPath,
    body: PauseOrder,
    responses: { 200: PauseRecord },
    problems: { 404: 'There is no such registry.', 409: 'It is paused.' },
    scope: 'admin',
  })
  pauseRegistry(
    @Param() { name }: PausedRegistryPath,
    @Body() { reason }: PauseOrder,
    @CallerName() by: string,
  ): Promise<PauseRecord> {
    return this.pauseWork.pause({ registry: name }, { reason, by });
  }

  @Post('registries/:name/resume')
  @HttpCode(204)
  @Route({
    summary: 'Resume a paused registry',
    description: 'What waited goes on, and the registry is walked to find what was missed.',
    tags: ['registries'],
    params: PausedRegistryPath,
    responses: { 204: resumed },
    problems: { 404: 'There is no such registry.', 409: 'It is not paused.' },
    scope: 'admin',
  })
  async resumeRegistry(@Param() { name }: PausedRegistryPath, @CallerName() by: string): Promise<void> {
    await this.pauseWork.resume({ registry: name }, by);
  }

  @Get('lanes')
  @Route({
    summary: 'List the lanes of scans',
    description: 'The most urgent first, with how many scans wait and run in each.',
    tags: ['scans'],
    responses: { 200: LaneList },
    scope: 'read',
  })
  lanes(): Promise<LaneList> {
    return this.pauseWork.lanes();
  }

  @Post('lanes/:lane/pause')
  @HttpCode(200)
  @Route({
    summary: 'Pause a lane',
    description: 'No scan of the lane is begun, of whatever registry; scans that run go on to their end.',
    tags: ['scans'],
    params: LanePath,
    body: PauseOrder,
    responses: { 200: PauseRecord },
    problems: { 409: 'It is paused.' },
    scope: 'admin',
  })
  pauseLane(
    @Param() { lane }: LanePath,
    @Body() { reason }: PauseOrder,
    @CallerName() by: string,
  ): Promise<PauseRecord> {
    return this.pauseWork.pause({ lane }, { reason, by });
  }

  @Post('lanes/:lane/resume')
  @HttpCode(204)
  @Route({
    summary: 'Resume a paused lane',
    tags: ['scans'],
    params: LanePath,
    responses: { 204: resumed },
    problems: { 409: 'It is not paused.' },
    scope: 'admin',
  })
  async resumeLane(@Param() { lane }: LanePath, @CallerName() by: string): Promise<void> {
    await this.pauseWork.resume({ lane }, by);
  }
}
