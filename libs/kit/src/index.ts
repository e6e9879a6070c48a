export { assertNever } from './assert-never';
export { messageOf, OperationalError, UnexpectedError, UserError, type ErrorDetail } from './errors';
export { silentLogger, withFields, type LogFields, type Logger } from './logger';
export { err, ok, type Result } from './result';
export { systemCodeOf } from './system-error';
export { textOrder } from './text-order';
export { useProxies } from './use-proxies';
