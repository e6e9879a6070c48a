export { reportFormats } from './registry';
export type { ReportContext, ReportFormat, ReportSubject, ReportTool } from './report-format';
