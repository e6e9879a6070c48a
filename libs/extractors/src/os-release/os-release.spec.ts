import { spawnSync } from 'node:child_process';
import { extracted } from '../spec-extraction';
import { parseAssignments } from './assignments';
import { osRelease } from './os-release';

async function release(content: string, path = 'etc/os-release') {
  return (await extracted(osRelease, path, content)).release;
}

const bookworm = `PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
NAME="Debian GNU/Linux"
VERSION_ID="12"
VERSION_CODENAME=bookworm
ID=debian
HOME_URL="https://www.debian.org/"
`;

describe('os-release', () => {
  it('reads what Debian says', async () => {
    expect(await release(bookworm)).toEqual({
      id: 'debian',
      versionId: '12',
      versionCodename: 'bookworm',
      prettyName: 'Debian GNU/Linux 12 (bookworm)',
    });
  });

  it('reads ID_LIKE as a list and folds the case of ids', async () => {
    expect(await release('ID=Amzn\nID_LIKE="centos RHEL fedora"\n')).toEqual({
      id: 'amzn',
      idLike: ['centos', 'rhel', 'fedora'],
    });
  });

  it('is linux without an ID, and nothing without any assignment', async () => {
    expect(await release('NAME=x\n')).toEqual({ id: 'linux' });
    expect(await release('# only a comment\n')).toBeUndefined();
  });

  it('leaves empty values out', async () => {
    expect(await release('ID=debian\nVERSION_ID=""\n')).toEqual({ id: 'debian' });
  });
});

describe('debian_version', () => {
  it.each([
    ['12.5\n', { id: 'debian', versionId: '12' }],
    ['trixie/sid\n', { id: 'debian', versionCodename: 'sid' }],
    ['sid', { id: 'debian', versionCodename: 'sid' }],
    ['bookworm', { id: 'debian', versionCodename: 'bookworm' }],
  ])('reads %j', async (content, expected) => {
    expect(await release(content, 'etc/debian_version')).toEqual(expected);
  });
});

describe('the files before os-release', () => {
  it.each([
    ['etc/lsb-release', 'LSB_VERSION=base-4.0-amd64\n'],
    ['etc/redhat-release', 'Something release 1.0\n'],
    ['etc/system-release-cpe', 'cpe:/o:nobody:nothing:1\n'],
    ['etc/alpine-release', 'not a version\n'],
    ['etc/apk/repositories', '/media/cdrom/apks\n# https://dl-cdn.alpinelinux.org/alpine/v3.20/main\n'],
    ['var/lib/ubuntu-advantage/status.json', '{"services": "none"}'],
    ['var/lib/ubuntu-advantage/status.json', '{'],
  ])('%s says nothing with %j', async (path, content) => {
    expect(await release(content, path)).toBeUndefined();
  });

  it('reads the codename of what a derivative is built on', async () => {
    const mint =
      'ID=linuxmint\nID_LIKE="ubuntu debian"\nVERSION_ID="22"\nVERSION_CODENAME=wilma\nUBUNTU_CODENAME=noble\n';
    expect(await release(mint)).toMatchObject({ versionCodename: 'wilma', baseCodename: 'noble' });
    expect(await release('ID=ubuntu\nVERSION_CODENAME=noble\nUBUNTU_CODENAME=noble\n')).not.toHaveProperty(
      'baseCodename',
    );
  });
});

describe('parseAssignments', () => {
  const text = [
    'PLAIN=value',
    'SINGLE=\'a "b" $HOME \\x\'',
    'DOUBLE="a \\"b\\" \\$HOME \\\\ \\`c\\`"',
    'SPACED="  kept  "',
    'EMPTY=',
    'ESCAPED=a\\ b',
    'TWICE=1',
    'TWICE=2',
    'JOINED=a"b"c',
  ].join('\n');

  it('reads quoting as a shell does', () => {
    const script = `${text}\nprintf '%s\\n' "$PLAIN" "$SINGLE" "$DOUBLE" "$SPACED" "$EMPTY" "$ESCAPED" "$TWICE" "$JOINED"`;
    const shell = spawnSync('sh', ['-c', script], { encoding: 'utf8' });
    const keys = ['PLAIN', 'SINGLE', 'DOUBLE', 'SPACED', 'EMPTY', 'ESCAPED', 'TWICE', 'JOINED'];
    const values = parseAssignments(text);
    expect(keys.map((key) => values.get(key))).toEqual(shell.stdout.split('\n').slice(0, keys.length));
  });

  it('passes over comments and lines that are no assignment', () => {
    expect([...parseAssignments('# A=1\nnonsense\n=2\nB C=3\n D=4\r\n')]).toEqual([['D', '4']]);
  });
});
