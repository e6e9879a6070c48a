export { AccountsModule } from './accounts.module';
export { ApiKeys } from './api-keys';
