import { Module } from '@nestjs/common';
import { JudgePackages } from './judge-packages';

@Module({ providers: [JudgePackages], exports: [JudgePackages] })
export class MatchesModule {}
