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

# Debian 12's docker-compose (1.29) is too old for these files.
need_compose() {
  local least=2.24.4 plugin=usr/libexec/docker/cli-plugins/docker-compose version
  export BENARI_COMPOSE='docker compose'
  version=$(docker compose version --short 2>/dev/null) && dpkg --compare-versions "${version#v}" ge $least && return
  BENARI_COMPOSE=$kept/compose-trixie/$plugin
  [[ -x $BENARI_COMPOSE ]] || step "getting docker-compose" unpack trixie docker-compose "$kept/compose-trixie"
}

# make_bookworm FOLDER: debian:bookworm-slim, for machines without a registry.
make_bookworm() {
  local mirror new=$1.new.$$
  for mirror in $(mirrors); do
    as_root rm -rf "$new"
    as_root debootstrap --variant=minbase bookworm "$new" "$mirror" && break
  done
  [[ -d $new/usr ]] || return
  # Without documentation, as the image has it.
  printf 'path-exclude /usr/share/%s/*\n' doc man info locale lintian |
    as_root tee "$new/etc/dpkg/dpkg.cfg.d/docker" &&
    as_root rm -rf "$new"/usr/share/{doc,man,info,locale,lintian} "$new"/var/{cache/apt,lib/apt/lists}/* &&
    as_root mv -T "$new" "$1"
}

# An engine, or what it takes to start one, with what its images are made of.
need_engine() {
  export BENARI_BOOKWORM_ROOTFS=$kept/bookworm-rootfs BENARI_DOCKER_DATA=$kept/docker
  need debootstrap iptables || return
  command -v dockerd >/dev/null || as_root docker version >/dev/null 2>&1 || need docker.io || return
  [[ -d $BENARI_BOOKWORM_ROOTFS ]] ||
    step "installing Debian 12 into $BENARI_BOOKWORM_ROOTFS" make_bookworm "$BENARI_BOOKWORM_ROOTFS" || return
  need_asterisk
}

# make_machine FOLDER: a Debian 12 with systemd and with what the packages depend on, for tests that install them.
make_machine() {
  local new=$1.new.$$
  as_root rm -rf "$new" &&
    as_root cp -a "$BENARI_BOOKWORM_ROOTFS" "$new" &&
    as_root rm "$new/etc/dpkg/dpkg.cfg.d/docker" &&
    as_root chroot "$new" apt-get update &&
    as_root chroot "$new" env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
      systemd-sysv dbus iproute2 procps curl ca-certificates libgrpc++1.51 libprotobuf32 libspdlog1.10 \
      libprometheus-cpp-core1.0 libpugixml1v5 libre2-9 liburing2 &&
    as_root rm -rf "$new"/var/{cache/apt,lib/apt/lists}/* &&
    as_root mv -T "$new" "$1"
}

need_machine() {
  export BENARI_MACHINE_ROOTFS=$kept/machine-rootfs
  need "${package_packages[@]}" sip-tester iproute2 || return
  [[ -d $BENARI_MACHINE_ROOTFS ]] ||
    step "installing Debian 12 with systemd into $BENARI_MACHINE_ROOTFS" make_machine "$BENARI_MACHINE_ROOTFS"
}

need_deploy_tools() {
  need openssl || return
  command -v npm >/dev/null || need nodejs npm || return
  need_kubectl && need_prometheus && need_compose && need_engine && need_machine || return
  local tests=$root/tests/deploy
  [[ $tests/node_modules/.package-lock.json -nt $tests/package-lock.json ]] ||
    step "installing the test tools of tests/deploy" npm ci --prefix "$tests" --no-audit --no-fund
}
