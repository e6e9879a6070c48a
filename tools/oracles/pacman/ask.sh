#!/bin/bash
# Answers each line "A B" of standard input as linesFrom in ../oracle-file.mjs expects: vercmp orders, makepkg refuses.
# Debian: pacman-package-manager, makepkg.
shopt -s extglob
LIBRARY=/usr/share/makepkg
for check in epoch pkgver pkgrel; do source "$LIBRARY/lint_pkgbuild/$check.sh"; done
error() { :; }

is_version() {
  local epoch= rest=$1
  if [[ $rest = *:* ]]; then epoch=${rest%%:*} rest=${rest#*:}; fi
  check_epoch "$epoch" || return 1
  if [[ $rest = *-* ]]; then
    check_pkgrel "${rest##*-}" || return 1
    rest=${rest%-*}
  fi
  check_pkgver "$rest"
}

while read -r a b; do
  refused=
  is_version "$a" || refused+=" $a"
  is_version "$b" || refused+=" $b"
  if [[ -n $refused ]]; then
    echo "!$refused"
    continue
  fi
  case $(vercmp "$a" "$b") in
  -1) echo '<' ;;
  0) echo '=' ;;
  1) echo '>' ;;
  esac
done
