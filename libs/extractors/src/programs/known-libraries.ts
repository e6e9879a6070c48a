import type { KnownProgram } from './known-program';

/** Libraries that are copied along with programs or built in the image, by name. */
export const knownLibraries: readonly KnownProgram[] = [
  {
    name: 'bzip2',
    cpes: ['bzip:bzip2'],
    files: /^(?:b(?:un)?zip2|bzcat|libbz2\.so.*)$/,
    evidence: [
      { anchor: '\x001.0.', from: /^\0(1\.0\.\d+), \d{1,2}-[A-Z][a-z]{2}-\d{4}\0/, besides: ['bzip2/libbzip2'] },
    ],
  },
  {
    name: 'c-ares',
    cpes: ['c-ares:c-ares'],
    files: /^libcares\.so/,
    evidence: [{ anchor: '\x001.', from: /^\0(1\.\d+\.\d+)\0/, besides: ['ares_version'] }],
  },
  {
    name: 'expat',
    cpes: ['libexpat_project:libexpat'],
    files: /^libexpat\.so/,
    evidence: [{ anchor: 'expat_', from: /^expat_(\d+\.\d+\.\d+)\0/ }],
  },
  {
    name: 'glibc',
    cpes: ['gnu:glibc'],
    files: /^libc(?:\.so\.6|-2\.\d+\.so)$/,
    evidence: [
      {
        anchor: 'GNU C Library (',
        from: /^GNU C Library \([^)]{1,80}\) (?:stable|development) release version (\d+\.\d+)/,
      },
    ],
  },
  {
    name: 'gnutls',
    cpes: ['gnu:gnutls'],
    files: /^libgnutls\.so/,
    evidence: [{ anchor: 'Enabled GnuTLS ', from: /^.{15}(\d+\.\d+\.\d+) logging/ }],
  },
  {
    name: 'krb5',
    cpes: ['mit:kerberos_5'],
    files: /^libkrb5\.so/,
    evidence: [{ anchor: 'KRB5_BRAND: krb5-', from: /^.{17}(\d+\.\d+(?:\.\d+)?)-/ }],
  },
  {
    name: 'libarchive',
    cpes: ['libarchive:libarchive'],
    files: /^(?:bsdtar|libarchive\.so.*)$/,
    evidence: [{ anchor: 'libarchive 3.', from: /^libarchive (3\.\d+\.\d+)\0/, besides: ['archive_read'] }],
  },
  {
    name: 'libcurl',
    cpes: ['haxx:libcurl', 'haxx:curl'],
    files: /^libcurl(?:-\w+)?\.so/,
    evidence: [{ anchor: 'libcurl/', from: /^libcurl\/(\d+\.\d+\.\d+)[\0-]/ }],
  },
  {
    name: 'libgcrypt',
    cpes: ['gnupg:libgcrypt'],
    files: /^libgcrypt\.so/,
    evidence: [{ anchor: 'This is Libgcrypt ', from: /^.{18}(\d+\.\d+\.\d+) - / }],
  },
  {
    name: 'libjpeg-turbo',
    cpes: ['libjpeg-turbo:libjpeg-turbo'],
    files: /^(?:[cd]jpeg|lib(?:turbo)?jpeg\.so.*)$/,
    evidence: [{ anchor: 'libjpeg-turbo version ', from: /^.{22}(\d+\.\d+(?:\.\d+)?) \(build / }],
  },
  {
    name: 'libpng',
    cpes: ['libpng:libpng'],
    files: /^libpng\d*\.so/,
    evidence: [{ anchor: ' libpng version ', from: /^.{16}(\d+\.\d+\.\d+)(?: - |\n)/ }],
  },
  {
    name: 'libssh',
    cpes: ['libssh:libssh'],
    files: /^libssh\.so/,
    evidence: [{ anchor: 'SSH-2.0-libssh_', from: /^.{15}(\d+\.\d+\.\d+)[\0\r]/ }],
  },
  {
    name: 'libssh2',
    cpes: ['libssh2:libssh2'],
    files: /^libssh2\.so/,
    evidence: [{ anchor: 'SSH-2.0-libssh2_', from: /^.{16}(\d+\.\d+\.\d+)[\0\r]/ }],
  },
  {
    name: 'libtiff',
    cpes: ['libtiff:libtiff'],
    files: /^libtiff(?:xx)?\.so/,
    evidence: [{ anchor: 'LIBTIFF, Version ', from: /^.{17}(\d+\.\d+\.\d+)\n/ }],
  },
  {
    name: 'musl',
    cpes: ['musl-libc:musl'],
    files: /^(?:libc\.so|ld-musl-.*\.so\.1)$/,
    evidence: [{ anchor: '\x001.', from: /^\0(1\.\d+\.\d+)\0/, besides: ['musl libc'] }],
  },
  {
    name: 'pcre2',
    cpes: ['pcre:pcre2'],
    files: /^libpcre2-\w+\.so/,
    evidence: [{ anchor: '\x0010.', from: /^\0(10\.\d+) \d{4}-\d\d-\d\d\0/, besides: ['pcre2_config'] }],
  },
  {
    name: 'sqlite',
    cpes: ['sqlite:sqlite'],
    files: /^libsqlite3\.so/,
    evidence: [
      { anchor: '\x003.', from: /^\0(3\.\d+\.\d+)\0/, besides: ['SQLite format 3'] },
      // The table of what comparisons say ends in a 1, and may lie right before the version.
      { anchor: '\x013.', from: /^.(3\.\d+\.\d+)\0/, besides: ['SQLite format 3'] },
    ],
  },
  {
    // The file is named by its version, and says it inside.
    name: 'xz',
    cpes: ['tukaani:xz'],
    files: /^liblzma\.so\.(\d+\.\d+\.\d+)$/,
    evidence: [{ anchor: '\0{1}\0', besides: ['lzma_'] }],
  },
  {
    name: 'zlib',
    cpes: ['zlib:zlib'],
    files: /^libz\.so/,
    evidence: [{ anchor: ' deflate 1.', from: /^ deflate (\d+(?:\.\d+)+) Copyright/ }],
  },
  {
    name: 'zstd',
    cpes: ['facebook:zstandard'],
    files: /^libzstd\.so\.(\d+\.\d+\.\d+)$/,
    evidence: [{ anchor: '{1}\0', besides: ['ZSTD_'] }],
  },
];
