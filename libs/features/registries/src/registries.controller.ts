import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post } from '@nestjs/common';
import { Route } from '@tidewaiter/server';
import { CheckWatchedRegistry } from './check-watched-registry';
import { ManageRegistries } from './manage-registries';
import {
  CreateRegistry,
  RegistryCheckRecord,
  RegistryPage,
  RegistryPath,
  RegistryRecord,
  UpdateRegistry,
} from './registries.schema';

const noSuch = 'There is no such registry.';

@Controller('api/v1/registries')
export class RegistriesController {
  constructor(
    private readonly registries: ManageRegistries,
    private readonly doctor: CheckWatchedRegistry,
  ) {}

  @Get()
  @Route({ summary: 'List registries', tags: ['registries'], responses: { 200: RegistryPage }, scope: 'read' })
  list(): Promise<RegistryPage> {
    return this.registries.list();
  }

  @Get(':name')
  @Route({
    summary: 'A registry',
    tags: ['registries'],
    params: RegistryPath,
    responses: { 200: RegistryRecord },
    problems: { 404: noSuch },
    scope: 'read',
  })
  show(@Param() { name }: RegistryPath): Promise<RegistryRecord> {
    return this.registries.show(name);
  }

  @Post()
  @HttpCode(201)
  @Route({
    summary: 'Watch a registry',
    description:
      'Its credentials are encrypted before they are stored and never shown again. Every process knows it within seconds. ' +
      'One that was removed comes back with its history.',
    tags: ['registries'],
    body: CreateRegistry,
    responses: { 201: RegistryRecord },
    problems: { 409: 'There is one of that name, or REGISTRY_SECRET_KEYS is not set.' },
    scope: 'admin',
  })
  create(@Body() body: CreateRegistry): Promise<RegistryRecord> {
    return this.registries.create(body);
  }

  @Patch(':name')
  @Route({
    summary: 'Change a registry',
    description: 'What is left out stays as it is; null takes a setting away. New credentials count without a restart.',
    tags: ['registries'],
    params: RegistryPath,
    body: UpdateRegistry,
    responses: { 200: RegistryRecord },
    problems: {
      404: noSuch,
      409: 'It is described in the configuration, was changed meanwhile, or no key opens what stays.',
    },
    scope: 'admin',
  })
  update(@Param() { name }: RegistryPath, @Body() body: UpdateRegistry): Promise<RegistryRecord> {
    return this.registries.update(name, body);
  }

  @Delete(':name')
  @HttpCode(204)
  @Route({
    summary: 'Watch a registry no longer',
    description: 'What is known of its images stays. Its credentials are deleted.',
    tags: ['registries'],
    params: RegistryPath,
    responses: { 204: { description: 'It is watched no longer.' } },
    problems: { 404: noSuch, 409: 'It is described in the configuration.' },
    scope: 'admin',
  })
  remove(@Param() { name }: RegistryPath): Promise<void> {
    return this.registries.remove(name);
  }

  @Post(':name/check')
  @HttpCode(200)
  @Route({
    summary: 'Check a registry',
    description:
      'Does once, with the stored credentials, everything that watching it needs: resolve, reach, authenticate, list, pull, ' +
      'read a blob, list referrers, and whether a webhook was ever received or the queue of events is read by the receivers. Each step says what was seen and what to do.',
    tags: ['registries'],
    params: RegistryPath,
    responses: { 200: RegistryCheckRecord },
    problems: { 404: noSuch, 409: 'No key opens its stored credentials.' },
    scope: 'admin',
  })
  async check(@Param() { name }: RegistryPath): Promise<RegistryCheckRecord> {
    const { steps, ...rest } = await this.doctor.check(name);
    return { ...rest, steps: [...steps] };
  }
}
