export { migrateQueue, queueConnection, type QueueConnection } from './connection';
export { createQueues, type EnqueueOptions, type JobState, type QueueCounts, type Queues } from './create-queues';
export {
  jobs,
  maxDeliveriesTogether,
  scanJob,
  type JobDefinition,
  type JobName,
  type JobOf,
  type JobPayload,
} from './jobs';
export { PutOff } from './put-off';
export {
  startWorkers,
  type JobContext,
  type JobHandler,
  type JobHandlers,
  type Workers,
  type WorkersOptions,
} from './start-workers';
