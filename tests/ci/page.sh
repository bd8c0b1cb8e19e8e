# Sourced by dev: the browser that the tests of control's page need.

page_packages=(chromium fonts-liberation)

need_page_tools() {
  need "${page_packages[@]}" && need_npm && npm_ci "$root/tests/page"
}
