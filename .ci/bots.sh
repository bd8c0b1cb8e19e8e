# Sourced by dev: what the bots of tests/bots need.

bot_packages=(python3 python3-websockets python3-pocketsphinx pocketsphinx-en-us flite)

need_bot_tools() {
  need "${bot_packages[@]}" || return
  command -v npm >/dev/null || need nodejs npm || return
  local tests=$root/tests/bots
  [[ $tests/node_modules/.package-lock.json -nt $tests/package-lock.json ]] ||
    step "installing the test tools of tests/bots" npm ci --prefix "$tests" --no-audit --no-fund
}
