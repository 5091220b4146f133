#!/usr/bin/env bash
# aapt2 for a Debian machine that has none: unpacks Debian's own packages into a folder, from the sources that the machine's apt
# names, their signatures checked. Touches nothing of the machine's packages. Needs apt and a connection.
#   aapt2.sh FOLDER         then   FOLDER/aapt2 version
set -euo pipefail
folder=$(realpath -m "${1:?the folder to unpack into}")
if [ -x "$folder/aapt2" ] && "$folder/aapt2" version >/dev/null 2>&1; then exit 0; fi
command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || { echo "no apt here: install aapt2 and put it on PATH" >&2; exit 1; }
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
apt-get -qq -y --no-install-recommends --download-only install aapt >/dev/null

# What every Debian has stays the machine's own.
for package in "$work"/cache/archives/*.deb; do
  case $(basename "$package") in libc6_* | libgcc-s1_* | libstdc++6_* | gcc-*) continue ;; esac
  dpkg-deb --extract "$package" "$work/root"
done
rm -rf "$folder/root"
mv "$work/root" "$folder/root"
cat > "$folder/aapt2" <<'RUN'
#!/bin/sh
lib=$(CDPATH= cd -- "$(dirname -- "$(readlink -f -- "$0")")" && pwd)/root/usr/lib
for folder in "$lib"/*-linux-gnu; do export LD_LIBRARY_PATH="$folder/android:$folder"; done
exec "${lib%/lib}/bin/aapt2" "$@"
RUN
chmod 755 "$folder/aapt2"
"$folder/aapt2" version >/dev/null 2>&1 || { echo "the unpacked aapt2 does not run" >&2; exit 1; }
