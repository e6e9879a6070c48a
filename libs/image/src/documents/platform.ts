import type { Platform } from '@tidewaiter/contracts';
import { UserError } from '@tidewaiter/kit';

/** Parses `os/architecture[/variant]`; a lone architecture means linux. */
export function parsePlatform(text: string): Platform {
  const parts = text.trim().toLowerCase().split('/');
  const [first, second, third] = parts;
  if (first === undefined || first === '' || parts.length > 3 || parts.includes('')) {
    throw new UserError(
      'platform-invalid',
      `"${text}" is not a platform; write it as os/architecture[/variant], for example linux/arm64.`,
    );
  }
  if (second === undefined) return normalisePlatform({ os: 'linux', architecture: first });
  return normalisePlatform({ os: first, architecture: second, ...(third === undefined ? {} : { variant: third }) });
}

/** True when an image for `offered` is what somebody asking for `wanted` means. A wanted platform without variant takes any. */
export function platformMatches(wanted: Platform, offered: Platform): boolean {
  const a = normalisePlatform(wanted);
  const b = normalisePlatform(offered);
  if (a.os !== b.os || a.architecture !== b.architecture) return false;
  return wanted.variant === undefined || a.variant === b.variant;
}

/** Of those that match, the one that says exactly what is wanted: without a variant, the one that every such machine runs. */
export function isSamePlatform(wanted: Platform, offered: Platform): boolean {
  const a = normalisePlatform(wanted);
  const b = normalisePlatform(offered);
  return a.os === b.os && a.architecture === b.architecture && a.variant === b.variant;
}

const architectures: Readonly<Record<string, { readonly architecture: string; readonly variant?: string }>> = {
  x86_64: { architecture: 'amd64' },
  'x86-64': { architecture: 'amd64' },
  aarch64: { architecture: 'arm64' },
  armhf: { architecture: 'arm', variant: 'v7' },
  armel: { architecture: 'arm', variant: 'v6' },
  i386: { architecture: '386' },
  i686: { architecture: '386' },
  x86: { architecture: '386' },
};

/** The same spellings and defaults as containerd: arm64 is v8 and arm is v7 unless said otherwise. */
function normalisePlatform(platform: Platform): Platform {
  const known = architectures[platform.architecture];
  const architecture = known?.architecture ?? platform.architecture;
  let variant = platform.variant === '' ? undefined : (platform.variant ?? known?.variant);
  if (architecture === 'arm64' && (variant === 'v8' || variant === '8')) variant = undefined;
  if (architecture === 'arm' && variant === undefined) variant = 'v7';
  if (architecture === 'amd64' && variant === 'v1') variant = undefined;
  return { os: platform.os, architecture, ...(variant === undefined ? {} : { variant }) };
}
