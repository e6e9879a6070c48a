import { rollingApkDistro } from './distro/rolling-apk';

export const wolfi = rollingApkDistro('wolfi', 'Wolfi');
