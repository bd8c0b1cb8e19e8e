# Sourced by dev: the tools that the tests of deploy/ need.

# Debian 12's kubectl (1.20) is too old for these manifests; the next Debian's runs here.
get_kubectl() {
  local mirror new=$kept/kubectl.new.$$
  mkdir -p "$new/lists/partial" "$new/archives/partial"
  local apt=(apt-get -o Dir::Etc::SourceList="$new/sources.list" -o Dir::Etc::SourceParts=-
    -o Dir::State::Lists="$new/lists" -o Dir::State::status=/dev/null -o Dir::Cache="$new"
    -o APT::Sandbox::User=root)
  for mirror in $(mirrors); do
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" >"$new/sources.list"
    (cd "$new" && "${apt[@]}" update && "${apt[@]}" download kubectl && dpkg-deb -x kubectl_*.deb .) &&
      mv "$new/usr/bin/kubectl" "$kept/kubectl" && break
  done
  rm -rf "$new"
  [[ -x $kept/kubectl ]]
}

need_deploy_tools() {
  need openssl || return
  command -v npm >/dev/null || need nodejs npm || return
  export BENARI_KUBECTL=kubectl
  if ! kubectl kustomize "$root/deploy/k8s/overlays/prod" >/dev/null 2>&1; then
    BENARI_KUBECTL=$kept/kubectl
    [[ -x $BENARI_KUBECTL ]] || step "getting kubectl" get_kubectl || return
  fi
  local tests=$root/tests/deploy/k8s
  [[ $tests/node_modules/.package-lock.json -nt $tests/package-lock.json ]] ||
    step "installing the test tools of tests/deploy/k8s" npm ci --prefix "$tests" --no-audit --no-fund
}
