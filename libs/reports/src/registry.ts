import { cyclonedx } from './cyclonedx/cyclonedx';
import { openvex } from './openvex/openvex';
import type { ReportFormat } from './report-format';
import { sarif } from './sarif/sarif';
import { spdx } from './spdx/spdx';

/** Every format, one line each. */
export const reportFormats: readonly ReportFormat[] = [cyclonedx, spdx, sarif, openvex];
