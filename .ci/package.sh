# Sourced by dev: the Debian packages.

package_packages=(help2man dpkg-dev git lintian)

# Read by the man pages, the changelog, and every time within the packages: two runs give the same bytes.
export_package_version() {
  local revision version
  SOURCE_DATE_EPOCH=$(git -C "$root" log -1 --format=%ct) || die "the version of a package comes from git, and there is none"
  revision=$(git -C "$root" rev-parse --short=8 HEAD)
  version=$(sed -nE 's/^project\(benari VERSION ([0-9.]+) .*/\1/p' "$root/CMakeLists.txt")
  BENARI_PACKAGE_VERSION=$version
  # What is no release sorts behind the one before it, by its date.
  git -C "$root" tag --points-at HEAD | grep -qx "v$version" ||
    BENARI_PACKAGE_VERSION+="+git$(date --utc --date="@$SOURCE_DATE_EPOCH" +%Y%m%d%H%M%S).$revision"
  export SOURCE_DATE_EPOCH BENARI_PACKAGE_VERSION
}

# Their dependencies are those of the Debian that they are built on.
package() {
  local out=$root/out/packages release name
  # shellcheck source=/dev/null
  release=$(. /etc/os-release && echo "$ID $VERSION_ID")
  [[ $release == "debian 12" ]] || die "packages are built on Debian 12, and this is $release"
  need "${package_packages[@]}"
  configure_and_build "$root/build" benari-control
  configure_and_build "$root/build" benari-media
  export_package_version
  rm -rf "$out"
  step "packing" cpack -G DEB --config "$root/build/CPackConfig.cmake" -B "$out"
  rm -rf "$out/_CPack_Packages"
  for name in "$out"/*.ddeb; do mv "$name" "${name%.ddeb}.deb"; done  # apt takes no .ddeb
  (cd "$out" && ls -sh -- *.deb)
}
