export { JobsModule } from './jobs.module';
export { PlannerModule } from './planner.module';
