# Sourced by dev: the tools that the tests of deploy/ need.

# unpack SUITE PACKAGE FOLDER: what is in a package of Debian, in a folder of its own. Nothing is installed or started.
unpack() {
  local suite=$1 package=$2 folder=$3 mirror new=$3.new.$$
  mkdir -p "$new/lists/partial" "$new/archives/partial" "$new/root"
  local apt=(apt-get -o Dir::Etc::SourceList="$new/sources.list" -o Dir::Etc::SourceParts=-
    -o Dir::State::Lists="$new/lists" -o Dir::State::status=/dev/null -o Dir::Cache="$new"
    -o APT::Sandbox::User=root)
  for mirror in $(mirrors); do
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" >"$new/sources.list"
    (cd "$new" && "${apt[@]}" update && "${apt[@]}" download "$package" && dpkg-deb -x "$package"_*.deb root) &&
      rm -rf "$folder" && mv "$new/root" "$folder" && break
  done
  rm -rf "$new"
  [[ -d $folder ]]
}

# Debian 12's kubectl (1.20) is too old for these manifests; the next Debian's runs here.
need_kubectl() {
  export BENARI_KUBECTL=kubectl
  kubectl kustomize "$root/deploy/k8s/overlays/prod" >/dev/null 2>&1 && return
  BENARI_KUBECTL=$kept/kubectl-trixie/usr/bin/kubectl
  [[ -x $BENARI_KUBECTL ]] || step "getting kubectl" unpack trixie kubectl "$kept/kubectl-trixie"
}

# The package would start a daemon.
need_prometheus() {
  export BENARI_PROMETHEUS=prometheus BENARI_PROMTOOL=promtool
  command -v prometheus >/dev/null && command -v promtool >/dev/null && return
  BENARI_PROMETHEUS=$kept/prometheus-bookworm/usr/bin/prometheus
  BENARI_PROMTOOL=$kept/prometheus-bookworm/usr/bin/promtool
  [[ -x $BENARI_PROMTOOL ]] || step "getting Prometheus" unpack bookworm prometheus "$kept/prometheus-bookworm"
}

need_deploy_tools() {
  need openssl || return
  command -v npm >/dev/null || need nodejs npm || return
  need_kubectl && need_prometheus || return
  local tests=$root/tests/deploy
  [[ $tests/node_modules/.package-lock.json -nt $tests/package-lock.json ]] ||
    step "installing the test tools of tests/deploy" npm ci --prefix "$tests" --no-audit --no-fund
}
