export { ActivityEvent, ActivityKind, type ActivityPayload } from './activity.schema';
export { recordActivity } from './record-activity';
