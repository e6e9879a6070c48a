import { rollingApkDistro } from './rolling-apk';

export const wolfi = rollingApkDistro('wolfi', 'Wolfi');
