import { Module } from '@nestjs/common';
import { ImagesModule } from '@tidewaiter/features/images';
import { ExplainService } from './explain.service';
import { FindingsController } from './findings.controller';
import { FindingsRepository } from './findings.repository';
import { FindingsService } from './findings.service';

@Module({
  imports: [ImagesModule],
  controllers: [FindingsController],
  providers: [ExplainService, FindingsRepository, FindingsService],
})
export class FindingsModule {}
