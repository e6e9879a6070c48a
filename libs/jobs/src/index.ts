export { JobRunner } from './job-runner';
export { JobsModule } from './jobs.module';
export { PlannerModule } from './planner.module';
