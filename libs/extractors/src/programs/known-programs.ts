import type { Evidence } from './evidence';
import { knownLibraries } from './known-libraries';
import type { KnownProgram } from './known-program';

/** Every program there is a way to know, by name. NUL bytes end texts in compiled programs, so they are part of patterns. */
const executables: readonly KnownProgram[] = [
  {
    name: 'bash',
    cpes: ['gnu:bash'],
    files: /^(?:r?ba)?sh$/,
    evidence: [{ anchor: '@(#)Bash version ', from: /^.{17}(\d+\.\d+\.\d+)\(\d+\) [a-z]+ GNU/ }],
  },
  {
    name: 'bind',
    cpes: ['isc:bind'],
    files: /^named$/,
    evidence: [{ anchor: 'BIND 9.', from: /^BIND (9\.\d+\.\d+)/ }],
  },
  {
    name: 'bird',
    cpes: ['nic:bird'],
    files: /^bird6?$/,
    evidence: [{ anchor: 'BIRD version ', from: /^.{13}(\d+\.\d+(?:\.\d+)?)\n/, besides: ['bird.conf'] }],
  },
  {
    name: 'bun',
    cpes: ['bun:bun'],
    files: /^bunx?(?:-.*)?$/,
    evidence: [{ anchor: 'Bun/1.', from: /^Bun\/(\d+\.\d+\.\d+)\0/ }],
  },
  {
    name: 'busybox',
    cpes: ['busybox:busybox'],
    files: /^busybox/,
    evidence: [{ anchor: 'BusyBox v', from: /^BusyBox v(\d+\.\d+\.\d+)/ }],
  },
  {
    name: 'catatonit',
    cpes: [],
    files: /^catatonit$/,
    evidence: [{ anchor: '\x000.', from: /^\0(0\.\d+\.\d+)\0/, besides: ['tini version %s_%s'] }],
  },
  {
    name: 'chromium',
    cpes: ['google:chrome'],
    files: /^(?:chrom(?:e|ium(?:-browser)?)|(?:chrome-)?headless[-_]shell)$/,
    evidence: [
      { anchor: '\0chrome\0', before: /\0(\d{2,3}\.0\.\d{4,5}\.\d{1,4})$/, besides: ['chrome_crashpad_handler'] },
      { anchor: 'Chrome/1', from: /^Chrome\/(\d{3}\.0\.\d{4,5}\.\d{1,4})\0/, besides: ['chrome_crashpad_handler'] },
    ],
  },
  {
    name: 'curl',
    cpes: ['haxx:curl'],
    files: /^curl$/,
    evidence: [{ anchor: '\0curl/', from: /^\0curl\/(\d+\.\d+\.\d+)[\0-]/ }],
  },
  {
    name: 'dart',
    cpes: ['dart:dart_software_development_kit'],
    files: /^dart(?:aotruntime|vm)?$/,
    evidence: [{ anchor: ' (stable) (', before: /\0(\d+\.\d+\.\d+)$/ }],
  },
  {
    name: 'deno',
    cpes: ['deno:deno'],
    files: /^deno(?:rt)?$/,
    // Texts of Rust programs stand without anything between them.
    evidence: [{ anchor: 'Deno/', before: /[^-]$/, from: /^Deno\/(\d+\.\d+\.\d+)/, besides: ['deno_core'] }],
  },
  {
    name: 'dnsmasq',
    cpes: ['thekelleys:dnsmasq'],
    files: /^dnsmasq$/,
    evidence: [{ anchor: 'dnsmasq-2.', from: /^dnsmasq-(\d+\.\d+)\0/ }],
  },
  {
    name: 'dovecot',
    cpes: ['dovecot:dovecot'],
    files: /^dove(?:adm|conf)$/,
    evidence: [
      {
        anchor: '.ABIv',
        before: /\0\d+\.\d+$/,
        from: /^\.ABIv\d+\((\d+\.\d+\.\d+(?:\.\d+)?)\)\0/,
        besides: ['dovecot'],
      },
    ],
  },
  {
    name: 'duckdb',
    cpes: ['duckdb:duckdb'],
    files: /^duckdb$/,
    evidence: [{ anchor: '\0Development Version\0', before: /\0v(\d+\.\d+\.\d+)$/ }],
  },
  {
    name: 'dumb-init',
    cpes: [],
    files: /^dumb-init(?:_.*)?$/,
    evidence: [{ anchor: '\x001.', from: /^\0(1\.\d+\.\d+)\n/, besides: ['dumb-init v%.*s'] }],
  },
  {
    name: 'envoy',
    cpes: ['envoyproxy:envoy'],
    files: /^envoy(?:-static|-contrib)*$/,
    evidence: [{ anchor: '\x001.', from: /^\0(1\.[1-9]\d\.\d+)\0/, besides: ['envoy.service.discovery.v3'] }],
  },
  {
    // The version of the emulator is another than that of the whole.
    name: 'erlang',
    cpes: ['erlang:erlang\\/otp'],
    files: /^beam(?:\.smp)?$/,
    evidence: [
      {
        anchor: ' [async-threads:%d]',
        from: /^ \[async-threads:%d\][^\0]{0,60}\0(\d{2}(?:\.\d+){1,4})\0/,
        besides: ['(BEAM) emulator'],
      },
    ],
  },
  {
    name: 'exim',
    cpes: ['exim:exim'],
    files: /^exim4?$/,
    evidence: [{ anchor: '\0<<exim', before: /\0(4\.\d+(?:\.\d+)?)$/, besides: ['Exim version %s'] }],
  },
  {
    name: 'ffmpeg',
    cpes: ['ffmpeg:ffmpeg'],
    files: /^(?:ff(?:mpeg|probe|play)|lib(?:av(?:codec|device|filter|format|util)|swscale|swresample)\.so.*)$/,
    evidence: [
      { anchor: 'FFmpeg version ', from: /^FFmpeg version n?(\d+\.\d+(?:\.\d+)?)/ },
      { anchor: '%s version ', from: /^%s version n?(\d+\.\d+(?:\.\d+)?)/, besides: ['ffmpeg'] },
    ],
  },
  {
    // Only the directory it takes its resources from has the version; the program itself counts in whole numbers.
    name: 'ghostscript',
    cpes: ['artifex:ghostscript'],
    files: /^(?:gs|libgs\.so.*)$/,
    evidence: [{ anchor: '/ghostscript/', from: /^\/ghostscript\/(\d+\.\d+(?:\.\d+)?)\/Resource\/Init/ }],
  },
  {
    name: 'git',
    cpes: ['git-scm:git'],
    files: /^git(?:-shell|-remote-https?|-upload-pack|-daemon)?$/,
    evidence: [{ anchor: 'git/', from: /^git\/(\d+\.\d+\.\d+(?:\.\d+)?)[\0.]/, besides: ['GIT_USER_AGENT'] }],
  },
  {
    name: 'gnupg',
    cpes: ['gnupg:gnupg'],
    files: /^gpg(?:2|v|-agent|sm)?$/,
    evidence: [{ anchor: '\x002.', from: /^\0(2\.\d+\.\d+)\0/, besides: ['(GnuPG)'] }],
  },
  {
    name: 'gzip',
    cpes: ['gnu:gzip'],
    files: /^(?:un)?gzip$/,
    evidence: [{ anchor: '\x001.', from: /^\0(1\.\d+)\0/, besides: ['not in gzip format', 'GZIP'] }],
  },
  {
    name: 'haproxy',
    cpes: ['haproxy:haproxy'],
    files: /^haproxy$/,
    evidence: [
      {
        anchor: ', released 20',
        before: /version (\d+\.\d+(?:\.\d+|-dev\d+))(?:[^\d\s,\0][^\s,\0]*)?$/,
        besides: ['haproxy.org'],
      },
    ],
  },
  {
    name: 'httpd',
    cpes: ['apache:http_server'],
    files: /^(?:httpd|apache2?)(?:-(?:prefork|worker|event))?$/,
    evidence: [{ anchor: 'Apache/2.', from: /^Apache\/(\d+\.\d+\.\d+)[ \0]/, besides: ['SERVER_SOFTWARE'] }],
  },
  {
    name: 'imagemagick',
    cpes: ['imagemagick:imagemagick'],
    files: /^(?:magick|libMagickCore-.*)$/,
    evidence: [{ anchor: 'ImageMagick ', from: /^ImageMagick (\d+\.\d+\.\d+-\d+) Q\d/ }],
  },
  {
    name: 'jq',
    cpes: ['jqlang:jq', 'jq_project:jq'],
    files: /^jq(?:-linux.*)?$/,
    evidence: [{ anchor: '\x001.', from: /^\0(1\.\d+(?:\.\d+)?(?:rc\d+)?)\0/, besides: ['jq-%s', 'raw-output'] }],
  },
  {
    name: 'lighttpd',
    cpes: ['lighttpd:lighttpd'],
    files: /^lighttpd$/,
    evidence: [{ anchor: 'lighttpd/1.', from: /^lighttpd\/(\d+\.\d+\.\d+)/ }],
  },
  {
    name: 'lua',
    cpes: ['lua:lua'],
    files: /^(?:luac?|liblua)(?:-?\d\.?\d)?(?:-c\+\+)?(?:\.so.*)?$/,
    evidence: [
      { anchor: '$LuaVersion: Lua ', from: /^.{17}(\d\.\d\.\d+) / },
      { anchor: '$Lua: Lua ', from: /^.{10}(\d\.\d\.\d+) / },
    ],
  },
  {
    name: 'mariadb',
    cpes: ['mariadb:mariadb'],
    files: /^(?:mariadbd?|mysqld?)$/,
    evidence: [{ anchor: '-MariaDB', before: /\0(\d+\.\d+\.\d+)$/, besides: ['mariadb'] }],
  },
  {
    name: 'memcached',
    cpes: ['memcached:memcached'],
    files: /^memcached$/,
    evidence: [{ anchor: 'memcached 1.', from: /^memcached (\d+\.\d+\.\d+)[\0\n]/ }],
  },
  {
    name: 'mosquitto',
    cpes: ['eclipse:mosquitto'],
    files: /^mosquitto$/,
    evidence: [{ anchor: '\x002.', from: /^\0(2\.\d+\.\d+)\0/, besides: ['mosquitto version %s'] }],
  },
  {
    name: 'mysql',
    cpes: ['oracle:mysql'],
    files: /^mysqld$/,
    evidence: [{ anchor: '\0MySQL ', from: /^\0MySQL (\d+\.\d+\.\d+)\0/, besides: ['mysqld'] }],
  },
  {
    name: 'nginx',
    cpes: ['f5:nginx', 'nginx:nginx'],
    files: /^nginx(?:-debug)?$/,
    evidence: [{ anchor: 'nginx version: nginx/', from: /^.{21}(\d+\.\d+\.\d+)/ }],
  },
  {
    name: 'node',
    cpes: ['nodejs:node.js'],
    files: /^(?:node(?:js)?|libnode\.so.*)$/,
    evidence: [{ anchor: 'node.js/v', from: /^node\.js\/v(\d+\.\d+\.\d+)\0/ }],
  },
  {
    name: 'openjdk',
    cpes: ['oracle:openjdk'],
    files: /^java$/,
    evidence: [{ anchor: '\0openjdk\0java\0', from: /^\0openjdk\0java\0[\d.]+\0(\d+(?:\.\d+)*)[+-]/ }],
  },
  {
    name: 'openresty',
    cpes: ['openresty:openresty'],
    files: /^(?:nginx|openresty)$/,
    evidence: [{ anchor: 'nginx version: openresty/', from: /^.{25}(\d+\.\d+\.\d+\.\d+)/ }],
  },
  {
    name: 'openssh',
    cpes: ['openbsd:openssh'],
    files: /^(?:sshd?|ssh-\w+|sftp|scp|sshd-session|sftp-server)$/,
    evidence: [{ anchor: 'OpenSSH_', from: /^OpenSSH_(\d+\.\d+p\d+)[\0 ]/ }],
  },
  {
    name: 'openssl',
    cpes: ['openssl:openssl'],
    files: /^(?:openssl|libcrypto\.so.*)$/,
    evidence: [
      {
        anchor: 'OpenSSL ',
        from: /^OpenSSL (\d+\.\d+\.\d+[a-z]{0,2}(?:-(?:alpha|beta|pre)\d+)?)(?:-fips| {1,2}FIPS)? {1,2}\d{1,2} [A-Z][a-z]{2} \d{4}/,
      },
    ],
  },
  {
    name: 'openvpn',
    cpes: ['openvpn:openvpn'],
    files: /^openvpn$/,
    evidence: [{ anchor: '\0OpenVPN 2.', from: /^\0OpenVPN (2\.\d+\.\d+) \S+ \[/ }],
  },
  {
    name: 'perl',
    cpes: ['perl:perl'],
    files: /^(?:perl(?:5\.\d+\.\d+)?|libperl\.so.*)$/,
    evidence: [{ anchor: '\0v5.', from: /^\0v(5\.\d+\.\d+)\0/, besides: ['PERL5LIB'] }],
  },
  {
    name: 'pgbouncer',
    cpes: ['pgbouncer:pgbouncer'],
    files: /^pgbouncer$/,
    evidence: [{ anchor: '\0PgBouncer 1.', from: /^\0PgBouncer (1\.\d+\.\d+)\0/ }],
  },
  {
    name: 'php',
    cpes: ['php:php'],
    files: /^(?:php(?:-?(?:cgi|fpm|cli|dbg))?\d*(?:\.\d+)?|libphp\d*(?:\.\d+)?\.so)$/,
    evidence: [{ anchor: 'X-Powered-By: PHP/', from: /^.{18}(\d+\.\d+\.\d+(?:(?:alpha|beta|RC)\d+)?)/ }],
  },
  {
    name: 'postfix',
    cpes: ['postfix:postfix'],
    files: /^(?:cleanup|master|postconf|postfix|qmgr|smtpd?)$/,
    evidence: [{ anchor: 'mail_version=', from: /^.{13}(\d+\.\d+(?:\.\d+)?)\0/, besides: ['postfix'] }],
  },
  {
    name: 'postgresql',
    cpes: ['postgresql:postgresql'],
    files: /^(?:postgres|psql|pg_\w+|pgbench|initdb)$/,
    evidence: [{ anchor: ' (PostgreSQL) ', from: /^ \(PostgreSQL\) (\d+\.\d+(?:\.\d+)?|\d+(?:beta|rc)\d+)/ }],
  },
  {
    name: 'proftpd',
    cpes: ['proftpd:proftpd'],
    files: /^proftpd$/,
    evidence: [{ anchor: 'ProFTPD Version ', from: /^.{16}(\d+\.\d+\.\d+[a-z]?)\0/ }],
  },
  {
    name: 'python',
    cpes: ['python:python', 'python_software_foundation:python'],
    files: /^(?:lib)?python(\d\.\d+)[dmut]*(?:\.so.*)?$/,
    // The directory of its library confirms the number that only stands between two NUL bytes.
    evidence: [
      { anchor: '\0{1}.', from: /^\0(\d\.\d+\.\d+(?:(?:a|b|rc)\d+)?)\+?\0/, besides: ['PYTHONHOME'] },
      // A linker keeps it only once where another text ends with it: the directory that pyenv installs into does.
      { anchor: '{1}.', before: /[-/]$/, from: /^(\d\.\d+\.\d+(?:(?:a|b|rc)\d+)?)\0/, besides: ['PYTHONHOME'] },
    ],
  },
  {
    name: 'redis',
    cpes: ['redis:redis'],
    files: /^redis-(?:server|sentinel|check-(?:aof|rdb)|cli|benchmark)$/,
    evidence: redisBuild('redis'),
  },
  {
    name: 'rsync',
    cpes: ['samba:rsync'],
    files: /^rsync$/,
    evidence: [{ anchor: '\x003.', from: /^\0(3\.\d+\.\d+)\0/, besides: ['rsyncd version %s'] }],
  },
  {
    name: 'ruby',
    cpes: ['ruby-lang:ruby'],
    files: /^(?:ruby\d*(?:\.\d+)?|libruby.*\.so.*)$/,
    evidence: [{ anchor: 'ruby ', from: /^ruby (\d+\.\d+\.\d+)(?:p\d+|preview\d+|rc\d+)? \(\d{4}-/ }],
  },
  {
    name: 'rust',
    cpes: ['rust-lang:rust'],
    files: /^(?:rustc|librustc_driver-.*\.so)$/,
    evidence: [{ anchor: 'rustc version ', from: /^rustc version (\d+\.\d+\.\d+) \(/ }],
  },
  {
    name: 'squid',
    cpes: ['squid-cache:squid'],
    files: /^squid(?:-(?:gnutls|openssl))?$/,
    evidence: [{ anchor: '\0squid/', from: /^\0squid\/(\d+\.\d+(?:\.\d+)?)\0/ }],
  },
  {
    name: 'strongswan',
    cpes: ['strongswan:strongswan'],
    files: /^charon(?:-\w+)?$/,
    evidence: [{ anchor: '(strongSwan ', from: /^.{12}(\d+\.\d+\.\d+),/ }],
  },
  {
    name: 'stunnel',
    cpes: ['stunnel:stunnel'],
    files: /^stunnel[45]?$/,
    evidence: [{ anchor: '\0stunnel ', from: /^\0stunnel (\d+\.\d+) on / }],
  },
  {
    name: 'sudo',
    cpes: ['sudo_project:sudo'],
    files: /^sudo$/,
    evidence: [{ anchor: '\x001.', from: /^\0(1\.[89]\.\d+(?:p\d+)?)\0/, besides: ['Sudo version %s'] }],
  },
  {
    name: 'tar',
    cpes: ['gnu:tar'],
    files: /^tar$/,
    evidence: [{ anchor: '\x001.', from: /^\0(1\.\d+)\0/, besides: ['GNU tar', 'snapshot file field ranges'] }],
  },
  {
    name: 'tini',
    cpes: [],
    files: /^(?:docker-init|tini(?:-.*)?)$/,
    evidence: [{ anchor: 'tini version ', from: /^.{13}(\d+\.\d+\.\d+)[\0 ]/ }],
  },
  {
    name: 'tor',
    cpes: ['torproject:tor'],
    files: /^tor$/,
    evidence: [{ anchor: '\0tor 0.', from: /^\0tor (0\.\d+\.\d+\.\d+)\0/ }],
  },
  {
    name: 'unbound',
    cpes: ['nlnetlabs:unbound'],
    files: /^unbound$/,
    evidence: [{ anchor: '\0unbound 1.', from: /^\0unbound (\d+\.\d+\.\d+)\0/ }],
  },
  {
    name: 'valkey',
    cpes: ['lfprojects:valkey'],
    files: /^valkey-(?:server|sentinel|check-(?:aof|rdb)|cli|benchmark)$/,
    evidence: redisBuild('valkey'),
  },
  {
    name: 'varnish',
    cpes: ['varnish-software:varnish_cache', 'varnish_cache_project:varnish_cache'],
    files: /^varnishd$/,
    evidence: [{ anchor: '(varnish-', from: /^\(varnish-(\d+\.\d+\.\d+) revision/ }],
  },
  {
    name: 'vsftpd',
    cpes: ['vsftpd_project:vsftpd'],
    files: /^vsftpd$/,
    evidence: [{ anchor: '(vsFTPd ', from: /^.{8}(\d+\.\d+\.\d+)\)/ }],
  },
  {
    name: 'wget',
    cpes: ['gnu:wget'],
    files: /^wget$/,
    evidence: [{ anchor: '\x001.', from: /^\0(1\.[12]\d(?:\.\d+)?)\0/, besides: ['GNU Wget %s'] }],
  },
  {
    name: 'wkhtmltopdf',
    cpes: ['wkhtmltopdf:wkhtmltopdf'],
    files: /^wkhtmlto(?:pdf|image)$/,
    evidence: [{ anchor: 'wkhtmlto', from: /^wkhtmlto(?:pdf|image) (\d+\.\d+\.\d+)\0/ }],
  },
  {
    name: 'xz',
    cpes: ['tukaani:xz'],
    files: /^(?:un)?xz$/,
    evidence: [{ anchor: 'xz (XZ Utils) ', from: /^.{14}(\d+\.\d+\.\d+(?:alpha|beta)?)[\0\n]/ }],
  },
  {
    name: 'zsh',
    cpes: ['zsh:zsh'],
    files: /^zsh(?:-5.*)?$/,
    evidence: [{ anchor: '\x005.', from: /^\0(5\.\d+(?:\.\d+)?)\0/, besides: ['ZSH_VERSION'] }],
  },
  {
    name: 'zstd',
    cpes: ['facebook:zstandard'],
    files: /^p?zstd(?:mt)?$/,
    evidence: [{ anchor: '\0v1.', from: /^\0v(1\.\d+\.\d+)\0/, besides: ['Zstandard CLI'] }],
  },
];

export const knownPrograms: readonly KnownProgram[] = [...executables, ...knownLibraries];

/**
 * The build id of Redis and its descendant: version, host and second of the build, count of changes and revision, which are
 * noughts outside a git tree, one behind the other. The host is the twelve digits of a container, a name, or left out.
 */
function redisBuild(name: string): readonly Evidence[] {
  const hosts = [
    /(?<!\d)(\d+\.\d+\.\d+)[0-9a-f]{12}-\d{10}0$/,
    /(?<!\d)(\d+\.\d+\.\d+)[a-zA-Z][\w.-]*-\d{10}0$/,
    /(?<!\d)(\d+\.\d+\.\d+)1\d{9}0$/,
  ];
  return hosts.map((before) => ({ anchor: '00000000\0', before, besides: [name] }));
}
