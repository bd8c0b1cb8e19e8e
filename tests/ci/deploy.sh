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

need_npm() { command -v npm >/dev/null || need nodejs npm; }

# npm_ci FOLDER: what its lock file names, unless that is there.
npm_ci() {
  [[ $1/node_modules/.package-lock.json -nt $1/package-lock.json ]] ||
    step "installing the test tools of ${1#"$root"/}" npm ci --prefix "$1" --no-audit --no-fund
}

need_deploy_tools() {
  need openssl && need_npm || return
  export BENARI_KUBECTL=kubectl
  if ! kubectl kustomize "$root/deploy/k8s/overlays/prod" >/dev/null 2>&1; then
    BENARI_KUBECTL=$kept/kubectl
    [[ -x $BENARI_KUBECTL ]] || step "getting kubectl" get_kubectl || return
  fi
  npm_ci "$root/tests/deploy/k8s"
}
