#!/usr/bin/env bash
# A program for a Debian machine that has none: unpacks Debian's own packages into a folder, from the sources that the machine's apt
# names, their signatures checked. Touches nothing of the machine's packages. Needs apt and a connection.
#   unpack.sh FOLDER BINARY PROBE PACKAGE...      then   FOLDER/$(basename BINARY) PROBE
# BINARY: its path inside the packages; PROBE: an argument with which it only says that it runs.
set -euo pipefail
folder=$(realpath -m "${1:?the folder to unpack into}")
binary=${2:?the program inside} probe=${3:?an argument that it runs with}
program=$(basename "$binary")
shift 3
if [ -x "$folder/$program" ] && "$folder/$program" "$probe" >/dev/null 2>&1; then exit 0; fi
command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || { echo "no apt here: install $program and put it on PATH" >&2; exit 1; }
mkdir -p "$folder"
work=$(mktemp -d "$folder/.build.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{state/lists/partial,cache/archives/partial,root}
: > "$work/status"
cat > "$work/apt.conf" <<CONF
Dir::State "$work/state";
Dir::State::status "$work/status";
Dir::Cache "$work/cache";
APT::Sandbox::User "";
Acquire::Languages "none";
Acquire::Retries "5";
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Post-Invoke;
CONF
export APT_CONFIG="$work/apt.conf" DEBIAN_FRONTEND=noninteractive
apt-get -qq update
apt-get -qq -y --no-install-recommends --download-only install "$@" >/dev/null

# What every Debian has stays the machine's own.
for package in "$work"/cache/archives/*.deb; do
  case $(basename "$package") in libc6_* | libgcc-s1_* | libstdc++6_* | gcc-*) continue ;; esac
  dpkg-deb --fsys-tarfile "$package" | tar -x -C "$work/root" --no-same-owner --exclude='./usr/share/doc/*' \
    --exclude='./usr/share/man/*' --exclude='./usr/share/locale/*' --exclude='./var/*' --exclude='./dev/*' -f -
done
rm -rf "$folder/root"
mv "$work/root" "$folder/root"
sed "s|@BINARY@|$binary|" > "$folder/$program" <<'RUN'
#!/bin/sh
root=$(CDPATH= cd -- "$(dirname -- "$(readlink -f -- "$0")")" && pwd)/root
for lib in "$root"/lib/*-linux-gnu "$root"/usr/lib/*-linux-gnu; do
  [ -d "$lib" ] && export LD_LIBRARY_PATH="$lib/android:$lib:$root/usr/lib/p7zip${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
done
if [ -d "$root/etc/fonts" ]; then
  sed "s|<dir>/usr|<dir>$root/usr|; s|/etc/fonts|$root/etc/fonts|" "$root/etc/fonts/fonts.conf" > "$root/fonts.conf"
  export FONTCONFIG_FILE="$root/fonts.conf"
fi
exec "$root/@BINARY@" "$@"
RUN
chmod 755 "$folder/$program"
"$folder/$program" "$probe" >/dev/null 2>&1 || { echo "the unpacked $program does not run" >&2; exit 1; }
