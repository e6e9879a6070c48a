import { Module } from '@nestjs/common';
import { ImagesModule } from '@tidewaiter/features/images';
import { VulnerabilitiesController } from './vulnerabilities.controller';
import { VulnerabilitiesRepository } from './vulnerabilities.repository';
import { VulnerabilitiesService } from './vulnerabilities.service';

@Module({
  imports: [ImagesModule],
  controllers: [VulnerabilitiesController],
  providers: [VulnerabilitiesRepository, VulnerabilitiesService],
})
export class VulnerabilitiesModule {}
