import { Module } from '@nestjs/common';
import { ImagesModule } from '@tidewaiter/features/images';
import { ReachRanking } from './reach-ranking';
import { VulnerabilitiesController } from './vulnerabilities.controller';
import { VulnerabilitiesRepository } from './vulnerabilities.repository';
import { VulnerabilitiesService } from './vulnerabilities.service';

@Module({
  imports: [ImagesModule],
  controllers: [VulnerabilitiesController],
  providers: [ReachRanking, VulnerabilitiesRepository, VulnerabilitiesService],
})
export class VulnerabilitiesModule {}
