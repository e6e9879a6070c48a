import { rollingApkDistro } from './distro/rolling-apk';

export const chainguard = rollingApkDistro('chainguard', 'Chainguard');
