# Sourced by dev: the browser that the test of control's page needs.

page_packages=(chromium fonts-liberation)

need_page_tools() {
  need "${page_packages[@]}" || return
  command -v npm >/dev/null || need nodejs npm || return
  local tests=$root/tests/page
  [[ $tests/node_modules/.package-lock.json -nt $tests/package-lock.json ]] ||
    step "installing the test tools of tests/page" npm ci --prefix "$tests" --no-audit --no-fund
}
