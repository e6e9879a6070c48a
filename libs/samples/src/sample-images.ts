import { file, type SampleImage, type SampleLayer } from './layer-file';
import {
  alpineRelease,
  apkInstalled,
  debianRelease,
  dpkgStatus,
  dpkgStatusDirectory,
  nodeModule,
  type DistroPackage,
} from './package-files';

const debianPackages: readonly DistroPackage[] = [
  { name: 'base-files', version: '12.4' },
  { name: 'bash', version: '5.2.15-2+b2', source: 'bash (5.2.15-2)' },
  { name: 'coreutils', version: '9.1-1' },
  { name: 'libc6', version: '2.36-9+deb12u1', source: 'glibc' },
  { name: 'libc-bin', version: '2.36-9+deb12u1', source: 'glibc' },
  { name: 'libssl3', version: '3.0.9-1', source: 'openssl' },
  { name: 'tar', version: '1.34+dfsg-1.2' },
  { name: 'zlib1g', version: '1:1.2.13.dfsg-1', source: 'zlib' },
];

const curlPackages: readonly DistroPackage[] = [
  { name: 'curl', version: '7.88.1-10+deb12u1' },
  { name: 'libcurl4', version: '7.88.1-10+deb12u1', source: 'curl' },
  { name: 'openssl', version: '3.0.9-1' },
];

const debianBase: SampleLayer = {
  createdBy: '/bin/sh -c #(nop) ADD file:rootfs in / ',
  files: [...debianRelease(), dpkgStatus(debianPackages)],
};

const withCurl: SampleLayer = {
  createdBy: 'RUN /bin/sh -c apt-get install -y curl openssl # buildkit',
  files: [dpkgStatus([...debianPackages, ...curlPackages])],
};

const webModules: SampleLayer = {
  createdBy: 'COPY node_modules ./node_modules # buildkit',
  files: [
    nodeModule('app', 'lodash', '4.17.15'),
    nodeModule('app', 'minimist', '1.2.0'),
    nodeModule('app', '@sample/greeting', '1.0.0'),
  ],
};

const repairedModules: SampleLayer = {
  createdBy: 'RUN /bin/sh -c npm update # buildkit',
  files: [nodeModule('app', 'lodash', '4.17.21'), file('app/node_modules/.wh.minimist', '')],
};

function alpineLayers(architecture: string): readonly SampleLayer[] {
  return [
    {
      createdBy: '/bin/sh -c #(nop) ADD file:alpine-minirootfs in / ',
      files: [
        alpineRelease(),
        apkInstalled(architecture, [
          { name: 'musl', version: '1.2.4-r1' },
          { name: 'busybox', version: '1.36.1-r2' },
          { name: 'libcrypto3', version: '3.1.2-r0', source: 'openssl' },
          { name: 'libssl3', version: '3.1.2-r0', source: 'openssl' },
        ]),
      ],
    },
  ];
}

/** A handful of images that show what the product shows: shared layers, repairs, platforms, distroless, nothing at all. */
export const sampleImages: readonly SampleImage[] = [
  {
    repository: 'shop/web',
    tag: '1.0',
    platforms: [{ os: 'linux', architecture: 'amd64', layers: [debianBase, withCurl, webModules] }],
  },
  {
    repository: 'shop/web',
    tag: '1.1',
    platforms: [{ os: 'linux', architecture: 'amd64', layers: [debianBase, withCurl, webModules, repairedModules] }],
  },
  {
    repository: 'shop/api',
    tag: '2.3',
    platforms: [
      { os: 'linux', architecture: 'amd64', layers: alpineLayers('x86_64') },
      { os: 'linux', architecture: 'arm64', layers: alpineLayers('aarch64') },
    ],
  },
  {
    repository: 'platform/proxy',
    tag: '0.4',
    platforms: [
      {
        os: 'linux',
        architecture: 'amd64',
        layers: [
          {
            createdBy: 'bazel build //base:distroless',
            files: [
              ...debianRelease(),
              ...dpkgStatusDirectory([
                { name: 'libc6', version: '2.36-9+deb12u3', source: 'glibc' },
                { name: 'libssl3', version: '3.0.11-1~deb12u1', source: 'openssl' },
                { name: 'tzdata', version: '2023c-5+deb12u1' },
              ]),
            ],
          },
        ],
      },
    ],
  },
  {
    repository: 'tools/hello',
    tag: 'latest',
    platforms: [
      {
        os: 'linux',
        architecture: 'amd64',
        layers: [{ createdBy: 'COPY hello /hello # buildkit', files: [file('hello', '#!/bin/sh\necho hello\n')] }],
      },
    ],
  },
];
