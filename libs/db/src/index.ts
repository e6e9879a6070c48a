export { openDatabase, type Database, type DatabaseOptions, type Transaction } from './database';
export { Prisma } from './generated/client';
export { migrate } from './migrate';
