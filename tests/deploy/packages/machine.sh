#!/bin/bash
# usage: machine.sh boot|chroot FOLDER ROOTFS [ASTERISK_ROOTFS] [COMMAND…]
# boot: becomes a machine whose first process is systemd: namespaces of its own, ROOTFS below what it writes, which stays in
# FOLDER until the caller removes it. chroot: runs COMMAND in it instead, without systemd. As root.
set -euo pipefail

how=$1 folder=$2 rootfs=$3 asterisk=${4:-}
shift 3
(($# == 0)) || shift

if [[ ${BENARI_MACHINE:-} != inside ]]; then
  export BENARI_MACHINE=inside
  exec unshare --mount --propagation private --pid --fork --kill-child --uts --ipc --net --cgroup "$0" "$how" "$folder" "$rootfs" "$asterisk" "$@"
fi

# overlay NAME BELOW: a writable copy of BELOW, at FOLDER/NAME/root.
overlay() {
  mkdir -p "$folder/$1"/{upper,work,root}
  mount -t overlay overlay -o "lowerdir=$2,upperdir=$folder/$1/upper,workdir=$folder/$1/work" "$folder/$1/root"
}

overlay machine "$rootfs"
root=$folder/machine/root
if [[ -n $asterisk ]]; then
  overlay asterisk "$asterisk"
  mkdir -p "$root/srv/asterisk"
  mount --bind "$folder/asterisk/root" "$root/srv/asterisk"
fi
mount -t proc proc "$root/proc"
ip link set lo up

if [[ $how == chroot ]]; then
  exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive chroot "$root" "$@"
fi

mount -t sysfs sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for each in null zero full random urandom tty; do
  : >"$root/dev/$each"
  mount --bind "/dev/$each" "$root/dev/$each"
done
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
mount -t tmpfs tmpfs "$root/dev/shm"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
if [[ -n $asterisk ]]; then
  for each in dev proc; do mount --rbind "$root/$each" "$root/srv/asterisk/$each"; done
fi
hostname benari-machine
# The services' sandboxes need a root of their own, which a chroot is not.
cd "$root"
mkdir -p mnt
pivot_root . mnt
umount -l /mnt
# As on a machine: credentials of a service are mounted in one namespace for another.
mount --make-rshared /
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin container=benari /lib/systemd/systemd --log-target=journal --show-status=no
