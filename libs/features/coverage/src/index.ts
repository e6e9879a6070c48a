export { CoverageModule } from './coverage.module';
export { CoverageRepository } from './coverage.repository';
export { CoverageService } from './coverage.service';
