# Sourced by dev: the fuzzers of tests/fuzz for some minutes each.

fuzz_targets() { ls "$root/tests/fuzz/corpus"; }

# fuzz_one TARGET SECONDS: becomes one libFuzzer process, until the time is over or it found something. What it learnt
# stays in build-fuzz/corpus and helps the next run.
fuzz_one() {
  local target=$1 found=$root/out/fuzz/$1 learnt=$root/build-fuzz/corpus/$1
  local dictionary=$root/tests/fuzz/$1.dict
  mkdir -p "$found" "$learnt"
  exec "$root/build-fuzz/tests/fuzz/${target}_fuzz" -max_total_time="$2" -timeout=20 -rss_limit_mb=2048 \
    -print_final_stats=1 -artifact_prefix="$found/" "$(fuzz_option dict "$dictionary")" \
    "$learnt" "$root/tests/fuzz/corpus/$target" >"$found/log" 2>&1 </dev/null
}

# libFuzzer takes an empty option for no option.
fuzz_option() { if [[ -f $2 ]]; then echo "-$1=$2"; else echo "-verbosity=1"; fi; }

# fuzz_row TARGET EXIT_CODE: its line of the table; the process is the judge, so that no crash can be missed.
fuzz_row() {
  local target=$1 log=$root/out/fuzz/$1/log found
  found=$(find "$root/out/fuzz/$1" -type f ! -name log | wc -l)
  printf '%-12s %12s %8s %9s %8s  %s\n' "$target" \
    "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")" \
    "$(sed -n 's/^stat::average_exec_per_sec: *//p' "$log")" \
    "$(grep -oE 'cov: [0-9]+' "$log" | tail -n 1 | cut -c 6-)" "$found" \
    "$([[ $2 == 0 ]] && echo ok || echo "exit code $2")"
}

fuzz_replay_hint() {
  local target=$1
  grep -m 1 -E '^(==[0-9]+==ERROR|.*: runtime error:|broken:)' "$root/out/fuzz/$target/log" || true
  find "$root/out/fuzz/$target" -type f ! -name log -printf "  build-fuzz/tests/fuzz/${target}_fuzz out/fuzz/$target/%f\n"
}

fuzz() {
  local minutes=10 targets=() option target
  for option in "$@"; do
    case $option in
      --minutes=*) minutes=${option#*=} ;;
      -*) echo "./dev fuzz: unknown option '$option'; accepted are --minutes=N and names of targets" >&2 && exit 2 ;;
      *) targets+=("$option") ;;
    esac
  done
  [[ $minutes =~ ^[0-9]{1,4}$ && $minutes != 0 ]] || { echo "--minutes=$minutes: accepted is 1..9999" >&2 && exit 2; }
  [[ ${#targets[@]} != 0 ]] || mapfile -t targets < <(fuzz_targets)
  for target in "${targets[@]}"; do
    [[ -d $root/tests/fuzz/corpus/$target ]] && continue
    echo "./dev fuzz: unknown target '$target'; accepted are $(fuzz_targets | paste -sd ' ')" >&2
    exit 2
  done
  trap summary EXIT
  need "${clang_packages[@]}"
  configure_and_build "$root/build-fuzz" fuzzers -DBENARI_FUZZER=ON -DBENARI_SANITIZE=address,undefined \
    -DCMAKE_C_COMPILER=clang-14 -DCMAKE_CXX_COMPILER=clang++-14
  fuzz_all $((minutes * 60)) "${targets[@]}"
  ((failed == 0))
}

declare -A fuzz_code=() fuzz_target_of=()  # by target; by process

# Waits until one of them has ended.
fuzz_reap() {
  local pid code=0
  wait -n -p pid || code=$?
  fuzz_code[${fuzz_target_of[$pid]}]=$code
  say "${fuzz_target_of[$pid]}: over"
  unset "fuzz_target_of[$pid]"
}

# As many at once as there are cores.
fuzz_all() {
  local seconds=$1 target
  shift
  under_way=fuzzers
  say "$# fuzzers, $seconds s each, $(nproc) at once (logs: out/fuzz/TARGET/log)"
  trap 'kill "${!fuzz_target_of[@]}" 2>/dev/null || true; summary' EXIT
  for target in "$@"; do
    rm -rf "${root:?}/out/fuzz/$target"
    ((${#fuzz_target_of[@]} < $(nproc))) || fuzz_reap
    fuzz_one "$target" "$seconds" &
    fuzz_target_of[$!]=$target
  done
  while ((${#fuzz_target_of[@]} > 0)); do fuzz_reap; done
  under_way=
  printf '%-12s %12s %8s %9s %8s\n' target execs execs/s coverage crashes
  for target in "$@"; do
    fuzz_row "$target" "${fuzz_code[$target]}"
    if [[ ${fuzz_code[$target]} == 0 ]]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
  done
  for target in "$@"; do
    [[ ${fuzz_code[$target]} == 0 ]] || { echo "$target, replay with:" && fuzz_replay_hint "$target"; }
  done
}
