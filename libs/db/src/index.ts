export { openDatabase, type Database, type DatabaseOptions, type Transaction } from './database';
export { deleteInBatches } from './delete-in-batches';
export { Prisma } from './generated/client';
export { jsonbText, jsonbValue, postgresText } from './jsonb-text';
export { listen, type Listener, type ListenOptions } from './listen';
export { migrate } from './migrate';
export { migrationsDir } from './migrations-dir';
export { dropMonths, makeMonths, monthAfter, reachesBefore, type MonthlyTable } from './month-partitions';
