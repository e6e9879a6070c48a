import { Module } from '@nestjs/common';
import { CheckWatchedRegistry } from './check-watched-registry';
import { ManageRegistries } from './manage-registries';
import { RegistriesController } from './registries.controller';

/** The REST side of registries, for the api process and for standalone. Expects the global RegistriesModule. */
@Module({ controllers: [RegistriesController], providers: [ManageRegistries, CheckWatchedRegistry] })
export class ManageRegistriesModule {}
