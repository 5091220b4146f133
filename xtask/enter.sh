#!/bin/sh
# Runs a program inside another root, in a mount namespace that ends with it. Needs unshare and leave to mount (root, or user namespaces).
#   enter.sh ROOT BINDS PROGRAM [ARGUMENT...]
# BINDS: what of this machine is seen inside, separated by colons, each PLACE or PLACE=PLACE INSIDE. `machine` stands for every folder
# but those of the system itself (/usr, /etc, /var and the like), so that work trees, caches and /tmp keep their paths.
set -eu
root=$1 binds=$2
shift 2
user=
[ "$(id -u)" = 0 ] || user="--user --map-root-user"
# shellcheck disable=SC2016,SC2086 # expanded inside; two words or none
exec unshare $user --mount --propagation private /bin/sh -c '
set -e
root=$1 binds=$2 cwd=$3
shift 3
mount --rbind "$root" "$root"
bind() {
  [ -e "$1" ] || return 0
  if [ -d "$1" ]; then mkdir -p "$root$2"; else mkdir -p "$(dirname "$root$2")"; touch "$root$2"; fi
  mount --rbind "$1" "$root$2"
}
IFS=:
for one in $binds; do
  if [ "$one" = machine ]; then
    for place in /*; do
      case $place in /bin | /boot | /etc | /lib* | /lost+found | /run | /sbin | /sys | /usr | /var) continue ;; esac
      if [ -d "$place" ] && [ ! -L "$place" ]; then bind "$place" "$place"; fi
    done
  else
    bind "${one%%=*}" "${one#*=}"
  fi
done
unset IFS
cd "$root"
# A root of its own rather than chroot: inside chroot nobody may make a user namespace.
pivot_root . .
umount -l .
cd "$cwd"
exec "$@"
' sh "$root" "$binds" "${ENTER_IN:-$(pwd -P)}" /usr/bin/env -u LD_LIBRARY_PATH -u JAVA_HOME -u ENTER_IN LANG=C.UTF-8 TZ=UTC \
  PATH="${ENTER_PATH:-/usr/libexec/swift/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin}" "$@"
