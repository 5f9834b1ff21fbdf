#!/usr/bin/env bash
# setup.sh: what the rest of `make setup` stands on. Installs from apt what is
# missing and can be; names what must be there already. Safe to run again.
set -euo pipefail

missing() { echo "setup: $*" >&2; exit 1; }

command -v cargo >/dev/null || missing "no cargo: install Rust 1.88 or later (rustup)"
command -v node >/dev/null || missing "no node: install Node.js 20.19 or later"
node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' ||
  missing "Node.js $(node -v) is too old: 20.19 or later"
command -v python3 >/dev/null || missing "no python3: install Python 3.10 or later"
python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))' ||
  missing "$(python3 --version) is too old: 3.10 or later"

packages=()
command -v cc >/dev/null || packages+=(gcc libc6-dev)
command -v c++ >/dev/null || packages+=(g++)
python3 -c 'import ensurepip, venv' 2>/dev/null || packages+=(python3-venv)
command -v redis-server >/dev/null || packages+=(redis-server)
for program in curl wget openssl; do # clients of the tests, and their certificates
  command -v "$program" >/dev/null || packages+=("$program")
done
command -v valgrind >/dev/null || packages+=(valgrind)
command -v chromium >/dev/null || packages+=(chromium)
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || packages+=(postgresql)
compgen -G '/usr/lib/*/libmodsecurity.so.3' >/dev/null || packages+=(libmodsecurity3)
[ -d /usr/share/modsecurity-crs/rules ] || packages+=(modsecurity-crs)
[ ${#packages[@]} = 0 ] && exit 0

command -v apt-get >/dev/null || missing "install ${packages[*]}, or their like here"
sudo=(); [ "$(id -u)" = 0 ] || sudo=(sudo)
"${sudo[@]}" apt-get update -q
"${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${packages[@]}"
