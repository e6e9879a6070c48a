export { apiInfo } from './api-info';
export { ApiModule, type ApiOptions } from './api.module';
