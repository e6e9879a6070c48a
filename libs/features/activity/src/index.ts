export { ActivityLog } from './activity-log';
export { ActivityModule } from './activity.module';
export { recordActivity } from './record-activity';
export type { ActivityPayload } from './activity.schema';
