export { VulnerabilitiesModule } from './vulnerabilities.module';
