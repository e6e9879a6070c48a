import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { UserError } from '@tidewaiter/kit';
import { Route } from '@tidewaiter/server';
import { ApiKeyList, ApiKeyPath, CreateApiKey, CreatedApiKey } from './accounts.schema';
import { ApiKeys } from './api-keys';

@Controller('api/v1/api-keys')
export class AccountsController {
  constructor(private readonly keys: ApiKeys) {}

  @Get()
  @Route({ summary: 'API keys', tags: ['accounts'], responses: { 200: ApiKeyList }, scope: 'admin' })
  async list(): Promise<ApiKeyList> {
    return { items: [...(await this.keys.list())] };
  }

  @Post()
  @HttpCode(201)
  @Route({
    summary: 'Make an API key',
    description: 'The answer holds the secret. It is not kept and cannot be shown again.',
    tags: ['accounts'],
    body: CreateApiKey,
    responses: { 201: CreatedApiKey },
    scope: 'admin',
  })
  async create(@Body() { name, scopes }: CreateApiKey): Promise<CreatedApiKey> {
    return this.keys.createKey(name, scopes);
  }

  @Delete(':id')
  @HttpCode(204)
  @Route({
    summary: 'Revoke an API key',
    tags: ['accounts'],
    params: ApiKeyPath,
    responses: { 204: { description: 'It is revoked.' } },
    problems: { 404: 'There is no such API key.' },
    scope: 'admin',
  })
  async revoke(@Param() { id }: ApiKeyPath): Promise<void> {
    if (!(await this.keys.revoke(id))) throw new UserError('api-key-not-found', `there is no API key ${id}`);
  }
}
