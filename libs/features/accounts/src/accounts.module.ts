import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AccountsController } from './accounts.controller';
import { ApiKeyGuard } from './api-key.guard';
import { ApiKeys } from './api-keys';
import { RouteAccessCheck } from './route-access-check';

/** With it in an app, every route needs an API key unless it says otherwise. */
@Module({
  controllers: [AccountsController],
  providers: [ApiKeys, RouteAccessCheck, ApiKeyGuard, { provide: APP_GUARD, useExisting: ApiKeyGuard }],
  exports: [ApiKeys],
})
export class AccountsModule {}
