export { ActivityLog } from './activity-log';
export { ActivityModule } from './activity.module';
export { recordActivity } from './record-activity';
