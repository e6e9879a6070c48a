import { elfBytes, machoBytes, peBytes } from '@tidewaiter/formats';
import { extracted } from '../spec-extraction';
import { cpeOf } from './cpe';
import { knownPrograms } from './known-programs';
import { programs } from './programs';

async function read(path: string, content: Buffer | string): Promise<string[]> {
  const { packages, problems } = await extracted(programs, path, content);
  return [...packages.map(({ name, version }) => `${name}@${version}`), ...problems.map(({ code }) => code)];
}

/** A program whose constant texts, as the compiler lays them out, are these. */
function program(...texts: string[]): Buffer {
  const content = Buffer.from(`\0first text\0${texts.join('\0')}\0last text\0`, 'latin1');
  return elfBytes({ sections: [{ name: '.rodata', content, address: 0x400000 }] });
}

/** Texts as they stand in the programs that Debian 12, npm and PyPI ship; what these print themselves is what is expected. */
const real: readonly (readonly [path: string, texts: readonly string[], expected: string])[] = [
  ['bin/bash', ['@(#)Bash version 5.2.15(1) release GNU'], 'bash@5.2.15'],
  ['usr/sbin/named', ['named version: BIND 9.18.49-1~deb12u3-Debian <>', 'BIND 9 is maintained by'], 'bind@9.18.49'],
  ['usr/bin/bun', ['legacyweb', '\t\0\0\0\0\0\0\0Bun/1.4.5', '1.1.0'], 'bun@1.4.5'],
  ['bin/busybox', ['BusyBox v1.35.0 (Debian 1:1.35.0-4)', 'syslogd started: BusyBox v1.35.0'], 'busybox@1.35.0'],
  ['usr/bin/curl', ['7.88.1-10+deb12u15', 'curl/7.88.1', 'curl 7.88.1 (x86_64-pc-linux-gnu) %s'], 'curl@7.88.1'],
  ['usr/bin/dart', ['3.13.7 (stable) (Thu Oct 22 14:28:57 2026 -0700)'], 'dart@3.13.7'],
  [
    'bin/deno',
    ['Exporter-Deno/0.80.0grpc', 'denover2.9.62.9.6+e518fbdDeno/2.9.6Deno/2.9.6+e518fbd', 'deno_core'],
    'deno@2.9.6',
  ],
  ['usr/sbin/dnsmasq', ['/etc/dnsmasq.conf', 'dnsmasq-2.90', 'version.bind'], 'dnsmasq@2.90'],
  ['usr/lib/libexpat.so.1.8.10', ['expat_2.5.0', 'expat_realloc'], 'expat@2.5.0'],
  ['usr/lib/libavcodec.so.59.37.100', ['FFmpeg version 5.1.9-0+deb12u1'], 'ffmpeg@5.1.9'],
  ['usr/bin/ffmpeg', ['%s version 5.1.9-0+deb12u1', 'ffmpeg'], 'ffmpeg@5.1.9'],
  ['usr/bin/git', ['.git/.git', 'git/2.39.5', 'GIT_USER_AGENT', '2.39.5'], 'git@2.39.5'],
  ['bin/gzip', ['1.12', '%s: not in gzip format', 'GZIP'], 'gzip@1.12'],
  [
    'usr/sbin/haproxy',
    ['any more since HAProxy version 2.5.', ' version 2.6.12-1+deb12u4, released 2026/10/17', 'https://haproxy.org'],
    'haproxy@2.6.12',
  ],
  ['usr/sbin/apache2', ['Apache/2.4.71 (Debian)', 'Apache/2.4', 'Apache/2', 'SERVER_SOFTWARE'], 'httpd@2.4.71'],
  ['usr/bin/jq', ['output failed: %s\n', '1.6', 'DEBUG:', 'jq-%s\n', 'raw-output'], 'jq@1.6'],
  ['usr/lib/libcurl.so.4.8.0', ['libcurl/7.88.1', 'zlib/%s'], 'libcurl@7.88.1'],
  ['usr/sbin/lighttpd', ['lighttpd/1.4.69', 'lighttpd/1.4.69 (ssl) - a light and fast webserver'], 'lighttpd@1.4.69'],
  [
    'usr/sbin/mariadbd',
    ['-0+deb12u1', '10.11.19-MariaDB', 'for example 10.1.1-MariaDB-mariadb1precise-log.', 'mariadb-5.3'],
    'mariadb@10.11.19',
  ],
  ['usr/bin/memcached', ['memcached 1.6.18', 'memcached 1.6.18\n'], 'memcached@1.6.18'],
  ['usr/sbin/mysqld', ['in use before MySQL 8.0.29, see', '9.7.4.0', 'MySQL 9.7.4', 'mysqld'], 'mysql@9.7.4'],
  ['usr/sbin/nginx', ['nginx version: nginx/1.22.1\n', 'OpenSSL 3.0.22 25 Aug 2026'], 'nginx@1.22.1'],
  ['usr/local/bin/node', ['node.js/v26.12.1'], 'node@26.12.1'],
  ['opt/jre/bin/java', ['%s: %s', 'openjdk', 'java', '0.0', '25.0.2+10-LTS'], 'openjdk@25.0.2'],
  ['usr/bin/openssl', ['N/A', 'OpenSSL 3.0.22 25 Aug 2026', '%s (Library: %s)'], 'openssl@3.0.22'],
  ['usr/lib/libcrypto.so.3', ['OpenSSL 3.0.22 25 Aug 2026', '3.0.22'], 'openssl@3.0.22'],
  ['app/pymssql.libs/libcrypto-64b40125.so.1.1.1k', ['OpenSSL 1.1.1k  FIPS 25 Mar 2021'], 'openssl@1.1.1k'],
  [
    'app/rasterio.libs/libsqlite3-66256cf9.so.3.50.4',
    [
      'SQLite format 3',
      '\x01\x00\x00\x013.50.4\0\0',
      '2025-07-30 19:33:53 4d8adfb30e03f9cf',
      'libsqlite3-66256cf9.so.3.50.4',
    ],
    'sqlite@3.50.4',
  ],
  ['app/psycopg2_binary.libs/libcrypto-fb8d5b21.so.3', ['OpenSSL 3.5.8 25 Aug 2026'], 'openssl@3.5.8'],
  ['app/x.libs/libcrypto-fb8d5b21-01234567.so.3', ['OpenSSL 3.5.8 25 Aug 2026'], 'openssl@3.5.8'],
  ['usr/bin/perl', ['v5.36.0', 'v30', 'PERL5LIB', '/usr/local/share/perl/5.36.0'], 'perl@5.36.0'],
  ['usr/bin/php8.2', ['X-Powered-By: PHP/8.2.36'], 'php@8.2.36'],
  [
    'usr/lib/postgresql/15/bin/postgres',
    ['before upgrading to PostgreSQL 9.1.', 'postgres (PostgreSQL) 15.20 (Debian 15.20-0)'],
    'postgresql@15.20',
  ],
  ['usr/sbin/proftpd', ['  Version: 1.3.8 (stable)', 'ProFTPD Version 1.3.8'], 'proftpd@1.3.8'],
  ['usr/bin/python3.11', ['3.11.2', 'PYTHONHOME', '3.12.1'], 'python@3.11.2'],
  ['usr/lib/libpython3.11.so.1.0', ['3.11.2', 'PYTHONHOME'], 'python@3.11.2'],
  [
    'root/.pyenv/versions/3.11.7/lib/libpython3.11.so.1.0',
    ['/root/.pyenv/versions/3.11.7', 'EXTRA', '/tmp/python-build/Python-3.11.7', 'PYTHONHOME'],
    'python@3.11.7',
  ],
  ['usr/bin/redis-server', ['7.0.15', '7.0.151790282056000000000', 'redis'], 'redis@7.0.15'],
  ['usr/lib/libruby-3.1.so.3.1.2', ['for ruby 1.8)', 'ruby 3.1.2p20 (2022-04-12 revision'], 'ruby@3.1.2'],
  [
    'lib/librustc_driver-6108105cd7e839cf.so',
    ['rustc version mismatch', 'rustc version 1.95.0 (59807616e 2026-04-14)'],
    'rust@1.95.0',
  ],
  ['usr/bin/ssh', ['OpenSSH_9.2p1 Debian-2+deb12u6', 'OpenSSH_2.*,OpenSSH_3.0*'], 'openssh@9.2p1'],
  ['usr/lib/libz.so.1.2.13', [' deflate 1.2.13 Copyright 1995-2022', 'internal error: deflate stream'], 'zlib@1.2.13'],
  ['usr/bin/valkey-cli', ['9.1.217902820560' + '00000000', 'valkey'], 'valkey@9.1.2'],
  ['usr/lib/libsqlite3.so.0.8.6', ['3.40.1', 'SQLite format 3'], 'sqlite@3.40.1'],
  ['usr/sbin/squid', ['squid/5.7'], 'squid@5.7'],
  ['usr/sbin/unbound', ['READY=1', 'unbound 1.17.1', 'start of service (%s).'], 'unbound@1.17.1'],
  ['usr/sbin/varnishd', ['(varnish-7.1.1 revision 7cee1c581bead2)'], 'varnish@7.1.1'],
  ['usr/bin/xz', ['xz (XZ Utils) 5.4.1\n'], 'xz@5.4.1'],
  ['usr/lib/liblzma.so.5.4.1', ['5.4.1', 'lzma_code'], 'xz@5.4.1'],
  ['usr/bin/zstd', ['v1.5.4', 'Zstandard CLI'], 'zstd@1.5.4'],
  ['usr/lib/libzstd.so.1.5.4', ['\x851.5.4', 'ZSTD_compress'], 'zstd@1.5.4'],
  ['usr/sbin/bird', ['BIRD version 2.0.12\n', '/etc/bird/bird.conf'], 'bird@2.0.12'],
  ['lib/libbz2.so.1.0.4', ['1.0.8, 13-Jul-2019', 'bzip2/libbzip2: internal error number %d.'], 'bzip2@1.0.8'],
  ['usr/lib/libcares.so.2.5.1', ['1.18.1', 'ares_version'], 'c-ares@1.18.1'],
  ['usr/bin/doveadm', ['2.3.ABIv19(2.3.19.1)', 'dovecot'], 'dovecot@2.3.19.1'],
  ['usr/sbin/exim4', ['<<eximcnumber>>', '4.96', '<<eximversion>>', 'Exim version %s #%s built %s'], 'exim@4.96'],
  [
    'lib/libc.so.6',
    ['GNU C Library (Debian GLIBC 2.36-9+deb12u14) stable release version 2.36.\nCopyright', 'GLIBC_2.2.5'],
    'glibc@2.36',
  ],
  ['usr/bin/gpgv', ['2.%lu', '2.2.40', '@GPG@v (GnuPG)'], 'gnupg@2.2.40'],
  ['usr/lib/libgnutls.so.30.34.3', ['3.7.9', 'Enabled GnuTLS 3.7.9 logging...\n'], 'gnutls@3.7.9'],
  ['usr/lib/libkrb5.so.3.3', ['KRB5_BRAND: krb5-1.20.1-final 1.20.1 20221111'], 'krb5@1.20.1'],
  ['usr/lib/libarchive.so.13.6.2', ['libarchive 3.6.2', 'archive_read_data'], 'libarchive@3.6.2'],
  [
    'usr/lib/libgcrypt.so.20.4.1',
    ['1.10.1', '\n\nThis is Libgcrypt 1.10.1 - The GNU Crypto Library\n'],
    'libgcrypt@1.10.1',
  ],
  ['usr/lib/libjpeg.so.62.3.0', ['libjpeg-turbo version 2.1.5 (build 20230203)'], 'libjpeg-turbo@2.1.5'],
  [
    'usr/lib/libpng16.so.16.39.0',
    ['1.6.39', ' libpng version 1.6.39 - November 20, 2022\n\n', '\nlibpng version 1.6.39\nCopyright'],
    'libpng@1.6.39',
  ],
  [
    'app/pillow.libs/libpng16-1d1ba958.so.16.58.0',
    ['1.6.58', ' libpng version 1.6.58\n\n', '\nlibpng version 1.6.58\nCopyright'],
    'libpng@1.6.58',
  ],
  ['usr/lib/libssh.so.4.9.6', ['0.10.6/openssl/zlib', 'SSH-2.0-libssh_0.10.6'], 'libssh@0.10.6'],
  ['usr/lib/libssh2.so.1.0.1', ['SSH-2.0-libssh2_1.10.0\r\n', 'SSH-2.0-libssh2_1.10.0'], 'libssh2@1.10.0'],
  ['usr/lib/libtiff.so.6.0.0', ['LIBTIFF, Version 4.5.0\nCopyright (c) 1988'], 'libtiff@4.5.0'],
  ['usr/bin/lua5.1', ['$Lua: Lua 5.1.5 Copyright (C) 1994-2012 Lua.org, PUC-Rio $', 'Lua 5.1'], 'lua@5.1.5'],
  ['usr/lib/liblua5.4.so.0.0.0', ['$LuaVersion: Lua 5.4.4  Copyright (C) 1994-2022 Lua.org $$LuaAu'], 'lua@5.4.4'],
  ['usr/sbin/mosquitto', ['2.0.11', 'mosquitto version %s starting', 'mosquitto version %s'], 'mosquitto@2.0.11'],
  ['lib/ld-musl-x86_64.so.1', ['musl libc (x86_64)\nVersion %s\nDynamic', '1.2.3'], 'musl@1.2.3'],
  [
    'usr/sbin/openvpn',
    ['--compat-names was removed in OpenVPN 2.5. Update', 'OpenVPN 2.6.14 x86_64-pc-linux-gnu [SSL (OpenSSL)] [LZO]'],
    'openvpn@2.6.14',
  ],
  ['usr/lib/libpcre2-8.so.0.11.2', ['10.42 2022-12-11', 'pcre2_config_8'], 'pcre2@10.42'],
  ['usr/sbin/pgbouncer', ['1.18.0/bouncer', 'PgBouncer 1.18.0'], 'pgbouncer@1.18.0'],
  ['usr/lib/postfix/sbin/smtpd', ['$mail_name $mail_version', 'mail_version=3.7.11', '/etc/postfix'], 'postfix@3.7.11'],
  ['usr/bin/rsync', ['at least 3.2.0 for --crtimes.', '3.5.0', 'rsyncd version %s starting'], 'rsync@3.5.0'],
  ['usr/lib/ipsec/charon', ['5.9.8', 'Starting IKE charon daemon (strongSwan 5.9.8, %s %s, %s)'], 'strongswan@5.9.8'],
  ['usr/bin/stunnel4', ['Server: stunnel/5.68', 'stunnel 5.68 on x86_64-pc-linux-gnu platform'], 'stunnel@5.68'],
  ['usr/bin/sudo', ['1.4.1', '1.9.13p3', 'Sudo version %s\n'], 'sudo@1.9.13p3'],
  ['bin/tar', ['1.34', 'GNU tar', "This tar's snapshot file field ranges are"], 'tar@1.34'],
  ['usr/bin/tor', ['0.4.9.11', 'tor 0.4.9.11', ' (on Tor 0.4.9.11 )'], 'tor@0.4.9.11'],
  ['usr/sbin/vsftpd', ['(vsFTPd 3.0.3)', 'vsftpd: version 3.0.3\n'], 'vsftpd@3.0.3'],
  ['usr/bin/wget', ['1.2.13', '1.21.3', 'GNU Wget %s built on %s.'], 'wget@1.21.3'],
  ['usr/bin/catatonit', ['https://bugs.opensuse.org/', '0.1.7', 'tini version %s_%s\n'], 'catatonit@0.1.7'],
  [
    'usr/lib/chromium/chromium',
    [
      ...['devtools', 'chrome', 'history', 'a108', '156.0.8078.108', '.08', '2.50.0', '153.0.8010.0', '100.0'],
      ...['glic-actor-ui-debounce-timer', '156.0.8078.108', 'chrome', 'commands', 'chrome_crashpad_handler'],
    ],
    'chromium@156.0.8078.108',
  ],
  [
    'opt/chrome/headless_shell',
    ['Chrome/', 'Chrome/147.0.7727.0', 'RealVideo 6.0', 'chrome_crashpad_handler'],
    'chromium@147.0.7727.0',
  ],
  ['usr/bin/duckdb', ['69cc9f9b5', 'v1.5.6', 'Development Version', 'v1.5.4', 'v1.5.5', 'v0.1.0'], 'duckdb@1.5.6'],
  [
    'usr/bin/dumb-init',
    ['1.2.5\n', '[dumb-init] Running in debug mode.\n', 'dumb-init v%.*sUsage: %s'],
    'dumb-init@1.2.5',
  ],
  [
    'usr/local/bin/envoy',
    ['No status received', '54.0.0', '1.0.0', 'Envoy', '1.39.3', ':/', 'envoy.service.discovery.v3.Resource'],
    'envoy@1.39.3',
  ],
  [
    'usr/lib/erlang/erts-13.1.5/bin/beam.smp',
    [
      '(BEAM) emulator version 13.1.5\n',
      'Erlang/OTP 25%s [erts-13.1.5] [64-bit] [smp:%beu:%beu] [async-threads:%d] [jit:ns%s]\n',
      '25.2.3',
    ],
    'erlang@25.2.3',
  ],
  [
    'usr/lib/libgs.so.10.00',
    ['/usr/share/ghostscript/10.00.0/Resource/Init:/usr/share/ghostscript/10.00.0/lib:/usr/share/ghostscript/fonts'],
    'ghostscript@10.00.0',
  ],
  [
    'usr/lib/libMagickCore-6.Q16.so.6.0.0',
    ['/usr/lib/ImageMagick-6.9.11/', 'ImageMagick 6.9.11-60 Q16 x86_64 2021-01-25 https://imagemagick.org'],
    'imagemagick@6.9.11-60',
  ],
  ['usr/bin/tini', ['[INFO  tini (%i)] ', 'tini version 0.19.0', '%s (%s)\n'], 'tini@0.19.0'],
  ['usr/bin/wkhtmltopdf', ['wkhtmltopdf 0.12.6', 'wkhtmltopdf 0.12.6 Manual'], 'wkhtmltopdf@0.12.6'],
  ['bin/zsh', ['5.9', 'ZSH_VERSION', '5.9', '/usr/lib/x86_64-linux-gnu/zsh/5.9'], 'zsh@5.9'],
];

describe('programs', () => {
  it.each(real)('reads %s', async (path, texts, expected) => {
    expect(await read(path, program(...texts))).toEqual([expected]);
  });

  it.each([
    ['PE', peBytes([{ name: '.rdata', content: Buffer.from('\0node.js/v26.12.1\0') }])],
    ['Mach-O', machoBytes([{ name: '__const', content: Buffer.from('\0node.js/v26.12.1\0') }])],
  ])('reads %s files', async (_format, content) => {
    expect(await read('opt/node.exe', content)).toEqual(['node@26.12.1']);
  });

  it.each([
    [
      'in a container, whose digits could be the version’s',
      '7.2.453f2a8b9c0d1-17050000000' + '00000000',
      'redis@7.2.4',
    ],
    ['in a build of Docker', '7.2.4buildkitsandbox-17050000000' + '00000000', 'redis@7.2.4'],
    ['on a machine with a name', '6.0.16build-1.example-16150000000' + '00000000', 'redis@6.0.16'],
  ])('reads Redis, built %s', async (_where, text, expected) => {
    expect(await read('usr/local/bin/redis-server', program(text, 'redis'))).toEqual([expected]);
  });

  it('reads a version that lies across two pieces of a large file', async () => {
    const content = Buffer.concat([
      Buffer.alloc(1024 * 1024 - 70),
      Buffer.from('\0node.js/v26.12.1\0'),
      Buffer.alloc(1024 * 1024),
    ]);
    for (const shift of [0, 5, 10, 15, 20]) {
      const bytes = elfBytes({
        sections: [{ name: '.rodata', content: Buffer.concat([Buffer.alloc(shift), content]) }],
      });
      expect(await read('usr/bin/node', bytes)).toEqual(['node@26.12.1']);
    }
  });

  it.each([
    ['is called otherwise', 'usr/bin/app', program('node.js/v26.12.1')],
    ['says two versions', 'usr/bin/node', program('node.js/v26.12.1', 'node.js/v18.0.0')],
    ['has a number like the version and nothing else (trap 44)', 'usr/bin/jq', program('1.6')],
    ['is a link to busybox under the name of gzip (trap 44)', 'bin/gzip', program('BusyBox v1.35.0', '1.35')],
    [
      'names a release of MariaDB in a text (trap 44)',
      'usr/sbin/mysqld',
      program('for example 10.1.1-MariaDB-mariadb1'),
    ],
    [
      'has two numbers that could be Envoy’s version (trap 44)',
      'usr/bin/envoy',
      program('1.39.3', '1.20.0', 'envoy.service.discovery.v3.Resource'),
    ],
    ['is a program of Node with Chromium’s name', 'usr/bin/chrome', program('Chrome/120.0.0.0', 'Mozilla/5.0')],
    ['says the version of Erlang’s emulator only', 'usr/bin/beam.smp', program('(BEAM) emulator version 13.1.5\n')],
    ['is tar of another kind', 'usr/bin/tar', program('1.34', 'bsdtar')],
    ['is a C library of another kind', 'lib/libc.so.6', program('GNU C Library', '2.36')],
    ['is no program', 'usr/bin/node', Buffer.from('#!/bin/sh\nexec node.js/v26.12.1\0')],
  ])('does not guess where a file %s', async (_why, path, content) => {
    expect(await read(path, content)).toEqual([]);
  });

  it('says that a program is packed', async () => {
    const upx = elfBytes({
      sections: [{ name: '', content: Buffer.from('UPX!'), address: 0x400000 }],
      isStripped: true,
    });
    expect(await read('usr/bin/app', upx)).toEqual(['program-packed']);
    expect(await read('usr/bin/upx', program('UPX!'))).toEqual([]);
  });

  it('looks through a hostile file in time', async () => {
    for (const { files, evidence } of knownPrograms) {
      for (const { anchor } of evidence) {
        const name =
          ['python3.11', 'liblzma.so.5.4.1', 'libzstd.so.1.5.4'].find((each) => files.test(each)) ?? 'redis-cli';
        const start = performance.now();
        await read(`usr/bin/${name}`, program(anchor.replace('{1}', '3.11').repeat(20_000)));
        expect(performance.now() - start).toBeLessThan(2000);
      }
    }
  });
});

describe('files that say the version of a runtime', () => {
  it.each([
    ['usr/local/go/VERSION', 'go1.22.3\ntime 2024-05-01T00:00:00Z\n', 'go@1.22.3'],
    ['usr/local/go/VERSION', 'go1.20', 'go@1.20'],
    ['usr/lib/erlang/releases/25/OTP_VERSION', '25.2.3\n', 'erlang@25.2.3'],
  ])('%s: %j', async (path, text, expected) => {
    expect(await read(path, text)).toEqual([expected]);
  });

  it.each([
    ['root/go/src/app/VERSION', '1.2.3\n'],
    ['srv/OTP_VERSION', 'none'],
  ])('%s may be something else', async (path, text) => {
    expect(await read(path, text)).toEqual([]);
  });
});

describe('cpeOf', () => {
  it.each([
    ['openssl:openssl', '1.1.1w', 'cpe:2.3:a:openssl:openssl:1.1.1w:*:*:*:*:*:*:*'],
    ['oracle:openjdk', '1.8.0_392', 'cpe:2.3:a:oracle:openjdk:8:update392:*:*:*:*:*:*'],
    ['oracle:openjdk', '17.0.9', 'cpe:2.3:a:oracle:openjdk:17.0.9:*:*:*:*:*:*:*'],
    ['openbsd:openssh', '9.2p1', 'cpe:2.3:a:openbsd:openssh:9.2:p1:*:*:*:*:*:*'],
    ['python:python', '3.13.0rc1', 'cpe:2.3:a:python:python:3.13.0:rc1:*:*:*:*:*:*'],
    ['a:b', '1.0+x', 'cpe:2.3:a:a:b:1.0\\+x:*:*:*:*:*:*:*'],
  ])('%s %s', (product, version, cpe) => {
    expect(cpeOf(product, version)).toBe(cpe);
  });
});
