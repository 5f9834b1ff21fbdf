#!/usr/bin/env bash
# run.sh: every fuzz target for FUZZ_SECONDS (20) from its corpus, two at a time;
# fails on a finding, which is then in target/fuzz/artifacts.
#
#   run.sh [TARGET…]    those targets only
#   run.sh seeds        starts the corpora anew from vectors and recorded traffic
#   run.sh keep         packs what was found since, minimised, into corpus/
#
# Without AddressSanitizer: the core forbids unsafe code, so it would find nothing
# there, halve the speed and need a nightly compiler. Overflow checks and debug assertions are on.
set -euo pipefail
cd "$(dirname "$0")/../.."

here=tests/fuzz
out=target/fuzz
bin=$out/x86_64-unknown-linux-gnu/release
targets=(frame policy decide filter identity values shield differential structured_field jwt email ranges sensitive prompt settle)

build() {
  cargo fuzz build --fuzz-dir "$here" --target-dir "$out" --sanitizer none
}

unpack() { # TARGET: its corpus, beside what earlier runs found
  mkdir -p "$out/corpus/$1" "$out/artifacts/$1"
  [ ! -f "$here/corpus/$1.tar.gz" ] || tar -xzf "$here/corpus/$1.tar.gz" -C "$out/corpus/$1"
}

fuzz() { # TARGET: one line of what it did, its whole output where it found something
  unpack "$1"
  local log=$out/$1.log
  if "$bin/$1" "$out/corpus/$1" -artifact_prefix="$out/artifacts/$1/" -dict="$here/words.dict" \
    -max_total_time="${FUZZ_SECONDS:-20}" -max_len=4096 -timeout=10 -rss_limit_mb=1024 \
    -print_final_stats=1 >"$log" 2>&1; then
    local runs cover
    runs=$(sed -n 's/^stat::number_of_executed_units: //p' "$log")
    cover=$(grep -o 'cov: [0-9]* ft: [0-9]* corp: [0-9]*' "$log" | tail -1)
    printf 'fuzz %-13s %9s executions, %s\n' "$1" "$runs" "$cover"
  else
    tail -n 60 "$log" >&2
    echo "fuzz $1: found something, see above and $out/artifacts/$1" >&2
    return 1
  fi
}

case ${1:-} in
  seeds)
    cargo run --quiet --locked --manifest-path "$here/Cargo.toml" --target-dir "$out" \
      --features seeds --bin seeds -- "$out/corpus"
    ;;
  keep)
    build
    mkdir -p "$here/corpus"
    for target in "${targets[@]}"; do
      unpack "$target"
      rm -rf "$out/least" && mkdir "$out/least"
      # one for each edge, not for each count of it: reading them must not take the time to look
      "$bin/$target" -set_cover_merge=1 -use_counters=0 -max_len=4096 "$out/least" "$out/corpus/$target" \
        >/dev/null 2>&1
      # the same files give the same archive
      (cd "$out/least" && find . -type f -printf '%P\0' | LC_ALL=C sort -z |
        tar --null --files-from=- --mtime=@0 --owner=0 --group=0 --numeric-owner --mode=644 -cf -) |
        gzip -9n >"$here/corpus/$target.tar.gz"
      echo "$target: $(find "$out/least" -type f | wc -l) inputs, $(stat -c %s "$here/corpus/$target.tar.gz") bytes packed"
    done
    ;;
  one)
    fuzz "$2"
    ;;
  *)
    build
    [ $# = 0 ] || targets=("$@")
    printf '%s\n' "${targets[@]}" | xargs -P 2 -I{} "$here/run.sh" one {}
    ;;
esac
