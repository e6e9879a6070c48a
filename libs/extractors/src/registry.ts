import { apk } from './apk/apk';
import { beam } from './beam/beam';
import { bitnami } from './bitnami/bitnami';
import { bitnamiComponents } from './bitnami-components/bitnami-components';
import { bottlerocket } from './bottlerocket/bottlerocket';
import { cargoInstall } from './cargo-install/cargo-install';
import { chisel } from './chisel/chisel';
import { composer } from './composer/composer';
import { composerLock } from './composer-lock/composer-lock';
import { conanLock } from './conan-lock/conan-lock';
import { conda } from './conda/conda';
import { condaLock } from './conda-lock/conda-lock';
import { contentSets } from './content-sets/content-sets';
import { dartLock } from './dart-lock/dart-lock';
import { debianCopyright } from './debian-copyright/debian-copyright';
import { dotnetBundle } from './dotnet-bundle/dotnet-bundle';
import { dotnetLock } from './dotnet-lock/dotnet-lock';
import { dotnet } from './dotnet/dotnet';
import { dpkg } from './dpkg/dpkg';
import { elfPackage } from './elf-package/elf-package';
import { elixirLock } from './elixir-lock/elixir-lock';
import type { Extractor } from './extractor';
import { gemspec } from './gemspec/gemspec';
import { githubActions } from './github-actions/github-actions';
import { goBinary } from './go-binary/go-binary';
import { goMod } from './go-mod/go-mod';
import { haskell } from './haskell/haskell';
import { haskellLock } from './haskell-lock/haskell-lock';
import { javaArchive } from './java-archive/java-archive';
import { javaLock } from './java-lock/java-lock';
import { javaRuntime } from './java-runtime/java-runtime';
import { julia } from './julia/julia';
import { juliaLock } from './julia-lock/julia-lock';
import { lua } from './lua/lua';
import { nodeLock } from './node-lock/node-lock';
import { npm } from './npm/npm';
import { opkg } from './opkg/opkg';
import { osRelease } from './os-release/os-release';
import { otherManagers } from './other-managers/other-managers';
import { pacman } from './pacman/pacman';
import { pear } from './pear/pear';
import { perl } from './perl/perl';
import { phar } from './phar/phar';
import { programs } from './programs/programs';
import { pyinstaller } from './pyinstaller/pyinstaller';
import { pythonLock } from './python-lock/python-lock';
import { python } from './python/python';
import { r } from './r/r';
import { rLock } from './r-lock/r-lock';
import { rpm } from './rpm/rpm';
import { rubyLock } from './ruby-lock/ruby-lock';
import { rustBinary } from './rust-binary/rust-binary';
import { rustLock } from './rust-lock/rust-lock';
import { swiftLock } from './swift-lock/swift-lock';
import { wheelCrates } from './wheel-crates/wheel-crates';
import { wordpress } from './wordpress/wordpress';
import { wordpressTheme } from './wordpress-theme/wordpress-theme';
import { yarnCache } from './yarn-cache/yarn-cache';

/** Every extractor there is. Adding one is a folder and a line here. */
export const extractors: readonly Extractor[] = [
  apk,
  beam,
  bitnami,
  bitnamiComponents,
  bottlerocket,
  cargoInstall,
  chisel,
  composer,
  composerLock,
  conanLock,
  conda,
  condaLock,
  contentSets,
  dartLock,
  debianCopyright,
  dotnet,
  dotnetBundle,
  dotnetLock,
  dpkg,
  elfPackage,
  elixirLock,
  gemspec,
  githubActions,
  goBinary,
  goMod,
  haskell,
  haskellLock,
  javaArchive,
  javaLock,
  javaRuntime,
  julia,
  juliaLock,
  lua,
  nodeLock,
  npm,
  opkg,
  osRelease,
  otherManagers,
  pacman,
  pear,
  perl,
  phar,
  programs,
  pyinstaller,
  python,
  pythonLock,
  r,
  rLock,
  rpm,
  rubyLock,
  rustBinary,
  rustLock,
  swiftLock,
  wheelCrates,
  wordpress,
  wordpressTheme,
  yarnCache,
];
