# Sourced by dev: the test runs, whose counts add up to one last line.

test_labels='unit, loopback, sim, e2e, bots, deploy, page, fuzz, clang'
passed=0 failed=0 skipped=0
left_out=()       # what was skipped and why, in words
under_way=build   # counts as one failed test if it does not come to its end

# The build under ASan and UBSan begins and ends within so many minutes of `./dev test`, or is skipped, and said so. The
# compiler's cache keeps what was built, so that the next run comes further; what is all in the cache always has the time.
minutes=${BENARI_TEST_MINUTES:-25}
sanitized_tests_s=300  # kept free for the tests themselves
cached_build_s=180

# What `./dev test full` alone runs: ctest's label full, and ThreadSanitizer.
full_only='tests of the label full (minutes under load, cuts of 60 s, the images compiled from source), tsan'

summary() {
  local what
  [[ -z $under_way ]] || failed=$((failed + 1))
  for what in "${left_out[@]}"; do echo "skipped: $what"; done
  if ((skipped == 0)); then echo "$passed passed, $failed failed"; else
    echo "$passed passed, $failed failed, $skipped skipped"
  fi
}

# run_ctest NAME FOLDER LABELS [COMMAND BEFORE CTEST…]: shows what fails, and counts. LABELS `.` is all but full, `..` all.
run_ctest() {
  local name=$1 dir=$2 labels=$3 results=$2/ctest.log without='^full$' bad total left reporter
  shift 3
  if [[ $labels == .. ]]; then labels=. without='^$'; fi
  say "running the tests: $name (full output: $results)"
  under_way=$name
  : >"$results"
  progress "$results" &
  reporter=$!
  "$@" ctest --test-dir "$dir" -L "$labels" -LE "$without" -j "$(nproc)" --output-on-failure --no-tests=error --timeout 300 2>&1 |
    tee "$results" | grep --line-buffered -vE ' Passed +[0-9.]+ sec *$|^ +Start +[0-9]+: ' || true
  kill "$reporter" && wait "$reporter" 2>/dev/null || true
  read -r bad total < <(sed -nE 's/.* ([0-9]+) tests? failed out of ([0-9]+)$/\1 \2/p' "$results") ||
    die "ctest did not come to its end"
  left=$(grep -c '[*][*][*]Skipped' "$results") || true
  ((left == 0)) || left_out+=("$left of $name, as ctest says above")
  passed=$((passed + total - bad - left)) failed=$((failed + bad)) skipped=$((skipped + left))
  under_way=
  say "$name: $((total - bad - left)) passed, $bad failed"
}

# plain NAME LABELS: of the build that is shipped.
plain() {
  local before=() settings
  under_way=build
  if [[ $2 == .* || $2 == *clang* ]]; then need "${clang_packages[@]}"; fi
  configure_and_build "$root/build" all
  if [[ $2 == .* || $2 == *deploy* ]]; then need_deploy_tools || say "the deploy tests will fail"; fi
  if [[ $2 == .* || $2 == *page* ]]; then need_page_tools || say "the test of the page will fail"; fi
  if [[ $2 == .* || $2 == *bots* || $2 == *e2e* ]]; then need_bot_tools || say "the tests of bots will fail"; fi
  if [[ $2 == .* || $2 == *e2e* ]]; then
    if ! { need "${call_packages[@]}" && need_asterisk; }; then say "the e2e tests will fail"; fi
  fi
  if [[ $2 == .* || $2 == *e2e* || $2 == *deploy* ]]; then
    mapfile -t settings < <(env | grep '^BENARI_')
    can_be_root && before=(as_root env "${settings[@]}")
  fi
  run_ctest "$1" "$root/build" "$2" "${before[@]}"
}

# sanitized asan|tsan [LIMIT_S]: with a limit, left out when it cannot be built within it.
sanitized() {
  local name=$1 limit_s=${2:-} before=() code=0 sanitizers=address,undefined
  under_way="the build of $name"
  if [[ $name == tsan ]]; then
    sanitizers=thread
    # For the services that tests start as well. With a shorter history the stack is lost that a suppression names.
    export TSAN_OPTIONS="suppressions=$root/tests/tsan.supp history_size=2"
    # ThreadSanitizer of g++ 12 cannot live with much address space randomisation.
    setarch -R true 2>/dev/null && before=(setarch -R)
  fi
  build_before=(${limit_s:+timeout "$limit_s"} "${before[@]}")
  configure_and_build "$root/build-$name" all -DBENARI_SANITIZE="$sanitizers" || code=$?
  build_before=()
  if [[ $code == 124 && -n $limit_s ]]; then
    under_way=
    skipped=$((skipped + 1))
    left_out+=("$name: not built when the $minutes minutes of ./dev test were nearly over; ./dev $name runs it")
  elif ((code != 0)); then
    failed=$((failed + 1))
    under_way=
  else
    run_ctest "$name" "$root/build-$name" '^(unit|loopback|sim|fuzz)$' "${before[@]}"
  fi
}

# For the sanitizers' build.
seconds_left() {
  local left_s=$((minutes * 60 - SECONDS - sanitized_tests_s))
  echo $((left_s > cached_build_s ? left_s : cached_build_s))
}

tests() {
  local part=${1:-all}
  case $part in
    all | full | asan | tsan | unit | loopback | sim | e2e | bots | deploy | page | fuzz | clang) trap summary EXIT ;;
    *)
      echo "./dev test: unknown part '$part'; accepted are $test_labels, asan, tsan, full, or none for all but what is in full alone" >&2
      exit 2
      ;;
  esac
  case $part in
    all)
      left_out+=("$full_only: ./dev test full")
      plain tests .
      sanitized asan "$(seconds_left)"
      ;;
    full)
      plain tests ..
      sanitized asan
      sanitized tsan
      ;;
    asan | tsan) sanitized "$part" ;;
    *) plain "$part" "^$part\$" ;;
  esac
  ((failed == 0))
}
