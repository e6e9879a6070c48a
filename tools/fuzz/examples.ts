import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync, zstdCompressSync } from 'node:zlib';
import type { Seed } from './seeds';

const json = (value: unknown): string => JSON.stringify(value);

const texts: Readonly<Record<string, string>> = {
  'lib/apk/db/installed':
    'C:Q1abc=\nP:musl\nV:1.2.5-r0\nA:x86_64\nS:1\nI:2\nT:the musl\nL:MIT\no:musl\nm:A <a@alpinelinux.org>\nF:lib\nR:libc.so\na:0:0:755\nZ:Q1abc=\n\n',
  'usr/lib/erlang/lib/cowlib-2.12.1/ebin/cowlib.app':
    '%% comment\n{application, cowlib,\n [{description, "Support library"},\n  {vsn, "2.12.1"},\n  {modules, [array, base64]},\n  {registered,[timer_server]}]}.\n',
  'usr/share/bottlerocket/application-inventory.json': json({
    Content: [{ Name: 'glibc', Version: '2.39', Release: '1.br1', Epoch: '0', Architecture: 'x86_64' }],
  }),
  'app/vendor/composer/installed.json': json({
    packages: [{ name: 'symfony/console', version: 'v6.4.1', license: ['MIT'], 'install-path': '../symfony/console' }],
  }),
  'app/composer.lock': json({ packages: [{ name: 'a/b', version: '1.0.0' }], 'packages-dev': [] }),
  'app/conan.lock': json({ version: '0.5', requires: ['zlib/1.3.1#abc%1700000000.1'], build_requires: [] }),
  'opt/conda/conda-meta/numpy-1.26.4-py311.json': json({
    name: 'numpy',
    version: '1.26.4',
    build: 'py311',
    license: 'BSD-3-Clause',
    files: ['lib/python3.11/site-packages/numpy/__init__.py'],
  }),
  'root/buildinfo/content_manifests/ubi9.json': json({
    metadata: { icm_version: 1, icm_spec: 'x', image_layer_index: 0 },
    content_sets: ['rhel-9-for-x86_64-baseos-eus-rpms__9_DOT_2'],
    image_contents: [],
  }),
  'app/pubspec.lock':
    'packages:\n  args:\n    dependency: "direct main"\n    description:\n      name: args\n      url: "https://pub.dev"\n    source: hosted\n    version: "2.4.2"\nsdks:\n  dart: ">=3.0.0 <4.0.0"\n',
  'app/App.deps.json': json({
    runtimeTarget: { name: '.NETCoreApp,Version=v8.0' },
    targets: {
      '.NETCoreApp,Version=v8.0': { 'Newtonsoft.Json/13.0.3': { runtime: { 'lib/net6.0/Newtonsoft.Json.dll': {} } } },
    },
    libraries: { 'Newtonsoft.Json/13.0.3': { type: 'package', serviceable: true, sha512: 'x' } },
  }),
  'app/packages.lock.json': json({
    version: 1,
    dependencies: { 'net8.0': { Serilog: { type: 'Direct', requested: '[3.1.1, )', resolved: '3.1.1' } } },
  }),
  'app/packages.config': '<?xml version="1.0"?><packages><package id="NUnit" version="3.13.3" /></packages>',
  'app/mix.lock': '%{\n  "jason": {:hex, :jason, "1.4.1", "af1504", [:mix], [], "hexpm", "fbb01e"},\n}\n',
  'app/rebar.lock': '{"1.2.0",\n[{<<"cowlib">>,{pkg,<<"cowlib">>,<<"2.12.1">>},0}]}.\n',
  'app/cabal.project.freeze': 'constraints: any.aeson ==2.2.1.0,\n             any.text ==2.0.2\n',
  'app/stack.yaml.lock':
    'packages:\n- completed:\n    hackage: aeson-2.2.1.0@sha256:a1,2\n  original:\n    hackage: aeson-2.2.1.0\nsnapshots: []\n',
  'app/Manifest.toml':
    'julia_version = "1.10.0"\nmanifest_format = "2.0"\n\n[[deps.JSON]]\ndeps = ["Dates"]\nuuid = "682c06a0-de6a-54ab-a142-c8b1cf79cde6"\nversion = "0.21.4"\n',
  'usr/lib/luarocks/rocks-5.4/lpeg/1.1.0-1/lpeg-1.1.0-1.rockspec':
    'package = "LPeg"\nversion = "1.1.0-1"\nsource = {\n  url = "http://x/lpeg.tar.gz",\n}\ndescription = { license = "MIT/X11" }\n',
  'usr/lib/opkg/status':
    'Package: busybox\nVersion: 1.36.1-1\nDepends: libc\nStatus: install user installed\nArchitecture: x86_64\n\n',
  'var/lib/pacman/local/bash-5.2-1/desc':
    '%NAME%\nbash\n\n%VERSION%\n5.2.026-2\n\n%BASE%\nbash\n\n%ARCH%\nx86_64\n\n%PACKAGER%\nX <x@archlinux.org>\n\n%LICENSE%\nGPL\n\n',
  'usr/local/lib/perl5/site_perl/5.36.0/x86_64-linux-gnu/.meta/Try-Tiny-0.31/install.json': json({
    dist: 'Try-Tiny-0.31',
    name: 'Try::Tiny',
    version: '0.31',
    pathname: 'E/ET/ETHER/Try-Tiny-0.31.tar.gz',
  }),
  'app/Gemfile.lock':
    'GEM\n  remote: https://rubygems.org/\n  specs:\n    rack (3.0.8)\n    nokogiri (1.16.0-x86_64-linux)\n      racc (~> 1.4)\n\nPLATFORMS\n  ruby\n\nDEPENDENCIES\n  rack\n\nBUNDLED WITH\n   2.5.4\n',
  'app/Package.resolved': json({
    pins: [
      {
        identity: 'swift-nio',
        kind: 'remoteSourceControl',
        location: 'https://github.com/apple/swift-nio.git',
        state: { revision: 'a', version: '2.62.0' },
      },
    ],
    version: 2,
  }),
  'app/wp-content/plugins/akismet/akismet.php':
    '<?php\n/**\n * Plugin Name: Akismet\n * Version: 5.3.1\n * License: GPLv2 or later\n */\n',
};

/**
 * A file of each kind that the machines of developers seldom have, so that every parser gets something that it understands. Where
 * there are real ones, they are used besides.
 */
export const examples: readonly Seed[] = [
  ...Object.entries(texts).map(([path, text]) => ({ path, bytes: Buffer.from(text) })),
  { path: 'var/lib/chisel/manifest.wall', bytes: zstdCompressSync(Buffer.from(chiselManifest())) },
  fixture('rpm', 'ndb', 'var/lib/rpm/Packages.db'),
  fixture('rpm', 'bdb', 'var/lib/rpm/Packages'),
  fixture('rpm', 'bdb-big-endian', 'usr/lib/sysimage/rpm/Packages'),
  fixture('content-sets', 'history.sqlite', 'var/lib/dnf/history.sqlite'),
];

function fixture(extractor: string, name: string, path: string): Seed {
  const file = resolve(import.meta.dirname, `../../libs/extractors/src/${extractor}/__fixtures__/${name}.gz`);
  return { path, bytes: gunzipSync(readFileSync(file)) };
}

function chiselManifest(): string {
  return [
    '{"jsonwall":"1.0","schema":"1.0","count":4}',
    '{"kind":"package","name":"libc6","version":"2.35-0ubuntu3.8","sha256":"76d5","arch":"amd64"}',
    '{"kind":"path","path":"/lib/libc.so.6","mode":"0755","slices":["libc6_libs"],"sha256":"5955","size":2220400}',
    '{"kind":"slice","name":"libc6_libs"}',
    '',
  ].join('\n');
}
