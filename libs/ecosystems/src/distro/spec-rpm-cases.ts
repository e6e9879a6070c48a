import type { ExtractedPackage } from '@tidewaiter/contracts';
import type { DistroCase } from './spec-identify';

const rhelRepositories = [
  '',
  '::baseos',
  '::appstream',
  '::crb',
  '::supplementary',
  '::highavailability',
  '::resilientstorage',
  '::nfv',
  '::realtime',
  '::sap',
  '::sap_hana',
  '::fastdatapath',
];

/** Of builds for a minor release. */
const extendedRepositories = (minor: string): readonly string[] => [
  `rhel_eus:${minor}`,
  ...rhelRepositories.slice(1, -1).map((end) => `rhel_eus:${minor}${end}`),
  `rhel_e4s:${minor}`,
  ...['baseos', 'appstream', 'highavailability', 'resilientstorage', 'nfv', 'realtime', 'sap', 'sap_hana'].map(
    (name) => `rhel_e4s:${minor}::${name}`,
  ),
  `rhel_tus:${minor}`,
  ...['baseos', 'appstream', 'highavailability', 'nfv', 'realtime'].map((name) => `rhel_tus:${minor}::${name}`),
  `rhel_aus:${minor}`,
  ...['baseos', 'appstream'].map((name) => `rhel_aus:${minor}::${name}`),
];

/** For specs: distributions of rpms, by what their images have in os-release. */
export const rpmCases: readonly DistroCase[] = [
  [
    'NAME="Red Hat Enterprise Linux"\nVERSION="9.4 (Plow)"\nID="rhel"\nID_LIKE="fedora"\nVERSION_ID="9.4"\nPRETTY_NAME="Red Hat Enterprise Linux 9.4 (Plow)"\n',
    {
      ...rpm('nodejs', '1:18.20.2-2.module+el9.4.0+21742+692df1ea', 'nodejs'),
      architecture: 'x86_64',
      module: 'nodejs:18',
    },
    'Red Hat:enterprise_linux:9',
    'pkg:rpm/redhat/nodejs@18.20.2-2.module%2Bel9.4.0%2B21742%2B692df1ea?arch=x86_64&distro=rhel-9.4&epoch=1&rpmmod=nodejs:18',
    [
      ...rhelRepositories.map((repository) => `Red Hat:enterprise_linux:9${repository} nodejs`),
      ...extendedRepositories('9.4').map((product) => `Red Hat:${product} nodejs`),
    ],
  ],
  [
    'NAME="CentOS Linux"\nVERSION="7 (Core)"\nID="centos"\nID_LIKE="rhel fedora"\nVERSION_ID="7"\nPRETTY_NAME="CentOS Linux 7 (Core)"\n',
    rpm('bash', '4.2.46-34.el7', 'bash'),
    'Red Hat:enterprise_linux:7',
    'pkg:rpm/centos/bash@4.2.46-34.el7?distro=centos-7',
    [
      ...['', '::server', '::client', '::workstation', '::computenode', '::fastdatapath'].map(
        (end) => `Red Hat:enterprise_linux:7${end} bash`,
      ),
      ...['rhel_extras:7', 'rhel_els:7', ...[1, 2, 3].map((each) => `rhel_software_collections:${each}::el7`)].map(
        (product) => `Red Hat:${product} bash`,
      ),
    ],
  ],
  [
    'ID="rhel"\nVERSION_ID="10.1"\nPRETTY_NAME="Red Hat Enterprise Linux 10.1 (Coughlan)"\n',
    rpm('bash', '5.2.26-6.el10', 'bash'),
    'Red Hat:enterprise_linux:10',
    'pkg:rpm/redhat/bash@5.2.26-6.el10?distro=rhel-10.1',
    ['', ...Array.from({ length: 11 }, (_, minor) => `.${minor}`)].map(
      (end) => `Red Hat:enterprise_linux:10${end} bash`,
    ),
  ],
  [
    'NAME="CentOS Stream"\nVERSION="9"\nID="centos"\nID_LIKE="rhel fedora"\nVERSION_ID="9"\nPRETTY_NAME="CentOS Stream 9"\n',
    rpm('bash', '5.1.8-9.el9', 'bash'),
    'CentOS Stream:9',
    'pkg:rpm/centos/bash@5.1.8-9.el9?distro=centos-9',
    ['CentOS Stream:9 bash'],
  ],
  [
    'NAME="Rocky Linux"\nID="rocky"\nID_LIKE="rhel centos fedora"\nVERSION_ID="9.3"\nPRETTY_NAME="Rocky Linux 9.3 (Blue Onyx)"\n',
    rpm('openssl-libs', '1:3.0.7-24.el9', 'openssl'),
    'Rocky Linux:9',
    'pkg:rpm/rocky/openssl-libs@3.0.7-24.el9?distro=rocky-9.3&epoch=1',
    ['Rocky Linux:9 openssl', 'Rocky Linux:9 openssl-libs'],
  ],
  [
    'NAME="AlmaLinux"\nID="almalinux"\nID_LIKE="rhel centos fedora"\nVERSION_ID="9.4"\nPRETTY_NAME="AlmaLinux 9.4 (Seafoam Ocelot)"\n',
    rpm('bash', '5.1.8-9.el9', 'bash'),
    'AlmaLinux:9',
    'pkg:rpm/almalinux/bash@5.1.8-9.el9?distro=almalinux-9.4',
    ['AlmaLinux:9 bash'],
  ],
  [
    'NAME="Oracle Linux Server"\nID="ol"\nID_LIKE="fedora"\nVERSION_ID="8.9"\nPRETTY_NAME="Oracle Linux Server 8.9"\n',
    rpm('bash', '4.4.20-4.el8_6', 'bash'),
    'Oracle Linux:8',
    'pkg:rpm/oracle/bash@4.4.20-4.el8_6?distro=ol-8.9',
    ['Oracle Linux:8 bash'],
  ],
  [
    'NAME="Fedora Linux"\nVERSION="40 (Container Image)"\nID=fedora\nVERSION_ID=40\nPRETTY_NAME="Fedora Linux 40 (Container Image)"\n',
    rpm('bash', '5.2.26-3.fc40', 'bash'),
    'Fedora:40',
    'pkg:rpm/fedora/bash@5.2.26-3.fc40?distro=fedora-40',
    ['Fedora:40 bash'],
  ],
  [
    'NAME="Amazon Linux"\nVERSION="2023"\nID="amzn"\nID_LIKE="fedora"\nVERSION_ID="2023"\nPRETTY_NAME="Amazon Linux 2023"\n',
    rpm('glibc-common', '2.34-52.amzn2023.0.8', 'glibc'),
    'Amazon Linux:2023',
    'pkg:rpm/amazon/glibc-common@2.34-52.amzn2023.0.8?distro=amzn-2023',
    ['Amazon Linux:2023 glibc-common'],
  ],
  [
    'NAME="Amazon Linux AMI"\nVERSION="2018.03"\nID="amzn"\nID_LIKE="rhel fedora"\nVERSION_ID="2018.03"\n',
    rpm('bash', '4.2.46-34.43.amzn1', 'bash'),
    'Amazon Linux:1',
    'pkg:rpm/amazon/bash@4.2.46-34.43.amzn1?distro=amzn-2018.03',
    ['Amazon Linux:1 bash'],
  ],
  [
    'NAME="SLES"\nVERSION="15-SP6"\nVERSION_ID="15.6"\nPRETTY_NAME="SUSE Linux Enterprise Server 15 SP6"\nID="sles"\nID_LIKE="suse"\n',
    rpm('libopenssl3', '3.1.4-150600.5.2.1', 'openssl-3'),
    'SUSE:Linux Enterprise Server 15 SP6',
    'pkg:rpm/suse/libopenssl3@3.1.4-150600.5.2.1?distro=sles-15.6',
    [
      'Server 15 SP6',
      'Server 15 SP6-LTSS',
      'Module for Basesystem 15 SP6',
      'Module for Certifications 15 SP6',
      'Module for Containers 15 SP6',
      'Module for Desktop Applications 15 SP6',
      'Module for Development Tools 15 SP6',
      'Module for Legacy 15 SP6',
      'Module for Public Cloud 15 SP6',
      'Module for Python 3 15 SP6',
      'Module for Server Applications 15 SP6',
      'Module for Web and Scripting 15 SP6',
    ].flatMap((product) => ['openssl-3', 'libopenssl3'].map((name) => `SUSE:Linux Enterprise ${product} ${name}`)),
  ],
  [
    'NAME="SLES"\nVERSION="12-SP5"\nVERSION_ID="12.5"\nPRETTY_NAME="SUSE Linux Enterprise Server 12 SP5"\nID="sles"\n',
    rpm('bash', '4.3-83.23.1', 'bash'),
    'SUSE:Linux Enterprise Server 12 SP5',
    'pkg:rpm/suse/bash@4.3-83.23.1?distro=sles-12.5',
    ['SUSE:Linux Enterprise Server 12 SP5 bash', 'SUSE:Linux Enterprise Server 12 SP5-LTSS bash'],
  ],
  [
    'NAME="SL-Micro"\nVERSION="6.0"\nVERSION_ID="6.0"\nPRETTY_NAME="SUSE Linux Micro 6.0"\nID="sl-micro"\nID_LIKE="suse"\n',
    rpm('bash', '5.2.15-4.1', 'bash'),
    'SUSE:Linux Micro 6.0',
    'pkg:rpm/suse/bash@5.2.15-4.1?distro=sl-micro-6.0',
    ['SUSE:Linux Micro 6.0 bash'],
  ],
  [
    'ID="sles"\nVERSION_ID="11.4"\n',
    rpm('bash', '3.2-147.35.1', 'bash'),
    'SUSE:Linux Enterprise Server 11 SP4',
    'pkg:rpm/suse/bash@3.2-147.35.1?distro=sles-11.4',
    ['SUSE:Linux Enterprise Server 11 SP4 bash'],
  ],
  [
    'NAME="openSUSE Leap"\nVERSION="15.6"\nID="opensuse-leap"\nID_LIKE="suse opensuse"\nVERSION_ID="15.6"\nPRETTY_NAME="openSUSE Leap 15.6"\n',
    rpm('bash', '4.4-150400.27.3.2', 'bash'),
    'openSUSE:Leap 15.6',
    'pkg:rpm/opensuse/bash@4.4-150400.27.3.2?distro=opensuse-leap-15.6',
    ['openSUSE:Leap 15.6 bash'],
  ],
  [
    'NAME="openSUSE Tumbleweed"\nID="opensuse-tumbleweed"\nID_LIKE="opensuse suse"\nVERSION_ID="20240801"\nPRETTY_NAME="openSUSE Tumbleweed"\n',
    rpm('bash', '5.2.26-14.1', 'bash'),
    'openSUSE:Tumbleweed',
    'pkg:rpm/opensuse/bash@5.2.26-14.1?distro=opensuse-tumbleweed-20240801',
    ['openSUSE:Tumbleweed bash'],
  ],
  [
    'NAME="Microsoft Azure Linux"\nVERSION="3.0.20240727"\nID=azurelinux\nVERSION_ID="3.0"\nPRETTY_NAME="Microsoft Azure Linux 3.0"\n',
    rpm('openssl-libs', '3.3.0-2.azl3', 'openssl'),
    'Azure Linux:3',
    'pkg:rpm/azurelinux/openssl-libs@3.3.0-2.azl3?distro=azurelinux-3.0',
    ['Azure Linux:3 openssl'],
  ],
  [
    'NAME="Common Base Linux Mariner"\nVERSION="2.0.20240123"\nID=mariner\nVERSION_ID="2.0"\nPRETTY_NAME="CBL-Mariner/Linux"\n',
    rpm('bash', '5.1.8-4.cm2', 'bash'),
    'Azure Linux:2',
    'pkg:rpm/mariner/bash@5.1.8-4.cm2?distro=mariner-2.0',
    ['Azure Linux:2 bash'],
  ],
  [
    'NAME="VMware Photon OS"\nVERSION="5.0"\nID=photon\nVERSION_ID=5.0\nPRETTY_NAME="VMware Photon OS/Linux"\n',
    rpm('bash', '5.2-1.ph5', 'bash'),
    'Photon OS:5.0',
    'pkg:rpm/photon/bash@5.2-1.ph5?distro=photon-5.0',
    ['Photon OS:5.0 bash'],
  ],
  [
    'NAME="openEuler"\nVERSION="24.03 (LTS-SP1)"\nID="openEuler"\nVERSION_ID="24.03"\nPRETTY_NAME="openEuler 24.03 (LTS-SP1)"\n',
    rpm('bash', '5.2.21-1.oe2403sp1', 'bash'),
    'openEuler:24.03-LTS-SP1',
    'pkg:rpm/openeuler/bash@5.2.21-1.oe2403sp1?distro=openeuler-24.03-LTS-SP1',
    ['openEuler:24.03-LTS-SP1 bash'],
  ],
  [
    'NAME="Mageia"\nVERSION="9"\nID=mageia\nVERSION_ID=9\nID_LIKE="mandriva fedora"\nPRETTY_NAME="Mageia 9"\n',
    rpm('bash', '5.2.15-1.mga9', 'bash'),
    'Mageia:9',
    'pkg:rpm/mageia/bash@5.2.15-1.mga9?distro=mageia-9',
    ['Mageia:9 bash'],
  ],
];

function rpm(name: string, version: string, source: string): ExtractedPackage {
  return { name, version, source: { name: source, version: version.replace(/^\d+:/, '') } };
}
