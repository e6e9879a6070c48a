import { UserError } from '@tidewaiter/kit';
import { parsePlatform, platformMatches } from './platform';

describe('parsePlatform', () => {
  it.each([
    ['linux/amd64', { os: 'linux', architecture: 'amd64' }],
    ['Linux/x86_64', { os: 'linux', architecture: 'amd64' }],
    ['arm64', { os: 'linux', architecture: 'arm64' }],
    ['linux/aarch64', { os: 'linux', architecture: 'arm64' }],
    ['linux/arm64/v8', { os: 'linux', architecture: 'arm64' }],
    ['linux/arm', { os: 'linux', architecture: 'arm', variant: 'v7' }],
    ['linux/armel', { os: 'linux', architecture: 'arm', variant: 'v6' }],
  ])('understands %s', (text, platform) => {
    expect(parsePlatform(text)).toEqual(platform);
  });

  it.each(['', '/', 'linux/', 'linux/arm/v7/x', 'linux//v7'])('refuses %j', (text) => {
    expect(() => parsePlatform(text)).toThrow(UserError);
  });
});

describe('platformMatches', () => {
  const arm64 = { os: 'linux', architecture: 'arm64' };
  const armV6 = { os: 'linux', architecture: 'arm', variant: 'v6' };

  it('holds arm64 and arm64/v8 for the same', () => {
    expect(platformMatches(arm64, { ...arm64, variant: 'v8' })).toBe(true);
    expect(platformMatches({ ...arm64, variant: 'v8' }, arm64)).toBe(true);
  });

  it('takes any variant when none is wanted, and only that one otherwise', () => {
    expect(platformMatches({ os: 'linux', architecture: 'arm' }, armV6)).toBe(true);
    expect(platformMatches({ ...armV6, variant: 'v7' }, armV6)).toBe(false);
  });

  it('tells systems and architectures apart', () => {
    expect(platformMatches({ os: 'windows', architecture: 'amd64' }, { os: 'linux', architecture: 'amd64' })).toBe(
      false,
    );
    expect(platformMatches(arm64, { os: 'linux', architecture: 'amd64' })).toBe(false);
  });
});
