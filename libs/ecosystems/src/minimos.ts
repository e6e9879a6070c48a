import { rollingApkDistro } from './distro/rolling-apk';

export const minimos = rollingApkDistro('minimos', 'MinimOS');
