import { namesIn } from '../spec-extraction';
import { swiftLock } from './swift-lock';

const read = (value: unknown) => namesIn(swiftLock, 'app/Package.resolved', JSON.stringify(value));

describe('Package.resolved', () => {
  it('names repositories with their versions, in the new form and in the old', async () => {
    const pins = [
      {
        identity: 'swift-nio',
        kind: 'remoteSourceControl',
        location: 'https://github.com/apple/swift-nio.git',
        state: { revision: '1', version: '2.40.0' },
      },
      {
        identity: 'ssh',
        kind: 'remoteSourceControl',
        location: 'git@github.com:acme/ssh.git',
        state: { revision: '1', version: '1.0.0' },
      },
      {
        identity: 'vapor',
        kind: 'remoteSourceControl',
        location: 'https://github.com/vapor/vapor.git/',
        state: { revision: '1', version: '4.40.0' },
      },
      {
        identity: 'branch',
        kind: 'remoteSourceControl',
        location: 'https://github.com/acme/branch',
        state: { branch: 'main', revision: '1' },
      },
    ];
    const expected = [
      'github.com/apple/swift-nio@2.40.0',
      'github.com/acme/ssh@1.0.0',
      'github.com/vapor/vapor@4.40.0',
    ];
    expect(await read({ pins, version: 2 })).toEqual(expected);
    const old = pins.map(({ identity, location, state }) => ({ package: identity, repositoryURL: location, state }));
    expect(await read({ object: { pins: old }, version: 1 })).toEqual(expected);
  });

  it.each([{}, { pins: {} }, [], null])('that is %j is a problem', async (value) => {
    expect(await read(value)).toEqual(['lock-unreadable']);
  });
});
