#!/usr/bin/env bash
# wasm-toolchain.sh: make `cargo build --target wasm32-unknown-unknown` work on this machine.
#
#   eval "$(xtask/wasm-toolchain.sh)"             exports RUSTUP_TOOLCHAIN (or PATH, where there is no rustup)
#   cargo build --target wasm32-unknown-unknown   then as anywhere; `cargo xtask wasm` does both
#
# Two routes, first that works:
#   rustup   `rustup target add`, which is all that a machine with the network needs;
#   debian   rustc-web + its std source from apt, std built once, as the toolchain "doorward-wasm-N".
# WASM_ROUTE=rustup|debian forces one. WASM_TOOLCHAIN_DIR moves the built one. Safe to run again,
# and twice at once.
set -euo pipefail
T=wasm32-unknown-unknown
# counts the ways in which std has been built here: trees of different ages do not undo each other's
RECIPE=5
NAME=doorward-wasm-$RECIPE
DIR=${WASM_TOOLCHAIN_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/$NAME}
ROUTE=${WASM_ROUTE:-}
say() { echo "wasm-toolchain: $*" >&2; }

has_std() { # SYSROOT: does it hold a std for the target?
  compgen -G "$1/lib/rustlib/$T/lib/libstd-*.rlib" >/dev/null
}

apt_get() {
  local sudo=; [ "$(id -u)" = 0 ] || sudo=sudo
  say "apt-get install $*"
  { $sudo apt-get update -q && $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"; } >&2
}

finish() { # what the caller evals
  if [ "$1" = rustup ]; then
    say "route rustup: $(rustc --version)"
    echo "export RUSTUP_TOOLCHAIN=${RUSTUP_TOOLCHAIN:-$(rustup show active-toolchain | cut -d' ' -f1)}"
  else
    say "route debian: $("$DIR/bin/rustc" --version) in $DIR"
    if command -v rustup >/dev/null && { rustup toolchain link "$NAME" "$DIR"; } >/dev/null 2>&1; then
      echo "export RUSTUP_TOOLCHAIN=$NAME   # or: cargo +$NAME ..."
    else
      echo "export PATH=$DIR/bin:\$PATH"
    fi
  fi
  exit 0
}

# ---- route rustup ----
if [ "$ROUTE" != debian ] && command -v rustup >/dev/null; then
  has_std "$(rustc --print sysroot)" && finish rustup
  timeout 300 rustup target add "$T" >&2 && has_std "$(rustc --print sysroot)" && finish rustup
  say "rustup target add did not work here"
fi
[ "$ROUTE" != rustup ] || exit 1

# ---- route debian ----
if [ ! -x /usr/bin/rustc ] || [ ! -x /usr/bin/cargo ] || ! [ -d "$(/usr/bin/rustc --print sysroot)/lib/rustlib/src/rust/library/std" ]; then
  apt_get rustc-web cargo-web rust-web-src
fi
RUSTC=/usr/bin/rustc
SYS=$("$RUSTC" --print sysroot)
HOST=$("$RUSTC" -vV | sed -n 's/^host: //p')
STAMP="$("$RUSTC" --version) $RECIPE"
mkdir -p "$(dirname "$DIR")"
exec 9>"$DIR.lock"; flock 9
if [ "$(cat "$DIR/stamp" 2>/dev/null)" = "$STAMP" ] && has_std "$DIR"; then finish debian; fi

# the linker: rustup's rust-lld, else Debian's lld of rustc's own LLVM
LLD=
if command -v rustup >/dev/null; then
  for c in $(rustup toolchain list 2>/dev/null | cut -d' ' -f1); do
    [ "$c" = "$NAME" ] && continue
    p="$(rustc "+$c" --print sysroot 2>/dev/null)/lib/rustlib/$HOST/bin/rust-lld"
    [ -x "$p" ] && LLD=$p && break
  done
fi
if [ -z "$LLD" ]; then
  V=$("$RUSTC" -vV | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')
  [ -x "/usr/bin/lld-$V" ] || apt_get "lld-$V"
  LLD=/usr/bin/lld-$V
fi

# a panic is a trap at once: its words would go nowhere, and are a tenth of a small module
PANIC="-Zunstable-options -Cpanic=immediate-abort"

W=$(mktemp -d); trap 'rm -rf "$W"' EXIT
NEW=$W/tc; L=$NEW/lib/rustlib
mkdir -p "$NEW/bin" "$L/$T/lib" "$L/$HOST/bin" "$W/e/src"
ln -s "$LLD" "$L/$HOST/bin/rust-lld"
ln -s "$SYS/lib/rustlib/$HOST/lib" "$L/$HOST/lib"
ln -s "$SYS/lib/rustlib/src" "$L/src"
ln -s /usr/bin/cargo "$NEW/bin/cargo"
for b in rustdoc clippy-driver cargo-clippy rustfmt; do [ -x "/usr/bin/$b" ] && ln -s "/usr/bin/$b" "$NEW/bin/$b"; done
# rustc finds its sysroot from its own library, so a link would point at $SYS: a wrapper says it instead,
# and how std panics, which all crates of a module must agree on; by the version cargo knows what it
# built with another std
cat >"$NEW/bin/rustc" <<WRAP
#!/bin/sh
d=\$(dirname "\$(dirname "\$(readlink -f "\$0")")")
for a; do case \$a in
  --sysroot|--sysroot=*) exec /usr/bin/rustc "\$@";;
  -vV) /usr/bin/rustc -vV && exec echo "recipe: $RECIPE";;
  $T) export RUSTC_BOOTSTRAP=1; set -- "\$@" $PANIC;;
esac; done
exec /usr/bin/rustc --sysroot "\$d" "\$@"
WRAP
chmod +x "$NEW/bin/rustc"

# with bitcode, as the released std has it: a crate with lto=true needs it ("Can't find section .llvmbc");
# with paths that are the same on every machine, for they end in the module; for size, as what is
# built with it: `optimize_for_size` is std's own choice of smaller sorts and formatting
say "building std for $T (one to four minutes, once)"
cat >"$W/e/Cargo.toml" <<'MANIFEST'
[package]
name = "e"
version = "0.0.0"
edition = "2021"
[profile.release]
debug = 0
opt-level = "z"
codegen-units = 1
# copying, comparing and allocating are in every request
[profile.release.package.compiler_builtins]
opt-level = 3
[profile.release.package.dlmalloc]
opt-level = 3
MANIFEST
: >"$W/e/src/lib.rs"
( cd "$W/e" && env -u RUSTUP_TOOLCHAIN -u CARGO_ENCODED_RUSTFLAGS -u CARGO_BUILD_TARGET \
    RUSTFLAGS="-C embed-bitcode=yes $PANIC --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo" RUSTC_BOOTSTRAP=1 RUSTC="$RUSTC" CARGO_TARGET_DIR="$W/t" \
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER="$LLD" \
    /usr/bin/cargo build --release --target "$T" -Z build-std=std,panic_abort,test \
    -Z build-std-features=optimize_for_size ) >&2
find "$W/t/$T/release/deps" -name 'lib*.rlib' ! -name 'libe-*' -exec cp {} "$L/$T/lib/" \;
echo "$STAMP" >"$NEW/stamp"
has_std "$NEW"
rm -rf "$DIR.old"; [ ! -e "$DIR" ] || mv "$DIR" "$DIR.old"
mv "$NEW" "$DIR"; rm -rf "$DIR.old"
finish debian
