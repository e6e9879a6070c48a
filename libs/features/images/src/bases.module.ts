import { Module, type DynamicModule } from '@nestjs/common';
import type { KnownBase } from '@tidewaiter/config';
import { BasesController } from './bases.controller';
import { BasesRepository } from './bases.repository';
import { BasesService } from './bases.service';
import { ImagesModule } from './images.module';
import { KNOWN_BASES, knownBaseNames } from './known-bases';

/** Which image is built on which. */
@Module({})
export class BasesModule {
  static forRoot({ knownBases }: { readonly knownBases: readonly KnownBase[] }): DynamicModule {
    return {
      module: BasesModule,
      imports: [ImagesModule],
      controllers: [BasesController],
      providers: [{ provide: KNOWN_BASES, useValue: knownBaseNames(knownBases) }, BasesRepository, BasesService],
    };
  }
}
