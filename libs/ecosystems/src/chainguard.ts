import { rollingApkDistro } from './rolling-apk';

export const chainguard = rollingApkDistro('chainguard', 'Chainguard');
