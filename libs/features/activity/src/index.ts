export { ActivityEvent, ActivityKind, type ActivityPayload } from './activity.schema';
export { ActivityLog } from './activity-log';
export { ActivityModule } from './activity.module';
export { recordActivity } from './record-activity';
