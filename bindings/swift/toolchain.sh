#!/bin/bash
# Swift for a Debian machine that has none: unpacks the `swiftlang` of Debian trixie, and what it needs, into a folder of its own,
# from the mirror that the machine's own apt sources name. Touches nothing of the machine's packages. Needs apt, unshare and chroot.
#   toolchain.sh FOLDER         then   FOLDER/swift-env swift --version
set -euo pipefail
folder=$(realpath -m "${1:?the folder to unpack into}")
packages=(base-files base-passwd dash coreutils libc-bin libc6-dev libstdc++-14-dev tzdata swiftlang)
stamp="1 ${packages[*]}"
mkdir -p "$folder"
exec 9>"$folder/.lock"
flock 9

# Runs a command inside, with /tmp, the work tree and the folders of SWIFT_BIND where they are outside. The mounts end with it.
cat > "$folder/swift-env" <<'ENV'
#!/bin/sh
here=$(CDPATH= cd -- "$(dirname -- "$(readlink -f -- "$0")")" && pwd)
tree=$(git rev-parse --show-toplevel 2>/dev/null || pwd -P)
flags="--mount --propagation private"
[ "$(id -u)" = 0 ] || flags="--user --map-root-user $flags"
home=/tmp/.swift-home-$(id -u)
mkdir -p "$home"
exec unshare $flags /bin/sh -c '
set -e
root=$1 cwd=$2 binds=$3 home=$4
shift 4
mount --rbind /proc "$root/proc"
mount --rbind /dev "$root/dev"
IFS=:
for bind in $binds; do
  [ -n "$bind" ] && [ -d "$bind" ] || continue
  mkdir -p "$root$bind"
  mount --rbind "$bind" "$root$bind"
done
unset IFS
exec chroot "$root" /usr/bin/env -i PATH=/usr/libexec/swift/bin:/usr/bin:/usr/sbin HOME="$home" LANG=C.UTF-8 TZ=UTC \
  BAQYLAU_TEST_MISSION="$BAQYLAU_TEST_MISSION" BAQYLAU_SOAK_CALLS="$BAQYLAU_SOAK_CALLS" \
  BAQYLAU_SOAK_CYCLES="$BAQYLAU_SOAK_CYCLES" BAQYLAU_BENCH="$BAQYLAU_BENCH" \
  /bin/sh -c '\''cd "$1" && shift && exec "$@"'\'' sh "$cwd" "$@"
' sh "$here/root" "$(pwd -P)" "/tmp:$tree:${SWIFT_BIND:-}" "$home" "$@"
ENV
chmod 755 "$folder/swift-env"
if [ -d "$folder/root" ] && [ "$(cat "$folder/.stamp" 2>/dev/null)" = "$stamp" ]; then exit 0; fi

# The mirror of this machine: the first source of its own release.
codename=$(. /etc/os-release; echo "${VERSION_CODENAME:-}")
uri= key=
for file in /etc/apt/sources.list.d/*.sources; do
  [ -f "$file" ] || continue
  IFS=$'\t' read -r uri key < <(awk -v c="$codename" 'BEGIN { RS = ""; FS = "\n" } /^#?/ {
    u = ""; k = ""; s = ""
    for (i = 1; i <= NF; i++) {
      if ($i ~ /^URIs:/) { u = $i; sub(/^URIs:[ \t]*/, "", u); sub(/[ \t].*/, "", u) }
      if ($i ~ /^Signed-By:/) { k = $i; sub(/^Signed-By:[ \t]*/, "", k) }
      if ($i ~ /^Suites:/) s = $i " "
    }
    if (u != "" && index(s, " " c " ")) { print u "\t" k; exit }
  }' "$file") || true
  [ -n "$uri" ] && break
done
if [ -z "$uri" ]; then
  uri=$({ cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null || :; } | sed 's/\[[^]]*\] *//' |
    awk -v c="$codename" '$1 == "deb" && $3 == c { print $2; exit }')
fi
[ -n "$uri" ] || { echo "no Debian source under /etc/apt: install Swift 6 and put it on PATH" >&2; exit 1; }
case $key in /*) ;; *) key=/usr/share/keyrings/debian-archive-keyring.gpg ;; esac

# An apt of its own, for which nothing is installed: everything is fetched, and its signatures are checked.
work=$(mktemp -d "$folder/.build.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{state/lists/partial,cache/archives/partial,empty,root}
: > "$work/status"
printf 'Types: deb\nURIs: %s\nSuites: trixie\nComponents: main\nSigned-By: %s\n' "$uri" "$key" > "$work/trixie.sources"
cat > "$work/apt.conf" <<CONF
Dir::State "$work/state";
Dir::State::status "$work/status";
Dir::Cache "$work/cache";
Dir::Etc::sourcelist "$work/trixie.sources";
Dir::Etc::sourceparts "$work/empty";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "$work/empty";
APT::Sandbox::User "";
Acquire::Languages "none";
Acquire::Retries "5";
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Post-Invoke;
CONF
export APT_CONFIG="$work/apt.conf" DEBIAN_FRONTEND=noninteractive
apt-get -qq update
apt-get -qq -y --no-install-recommends --download-only install "${packages[@]}" >/dev/null

# base-files goes first: it has the links of /bin and /lib. No script of a package is run.
unpack() {
  for package; do
    dpkg-deb --fsys-tarfile "$package" | tar -x -C "$work/root" --no-same-owner --exclude='./usr/share/doc/*' \
      --exclude='./usr/share/man/*' --exclude='./usr/share/locale/*' --exclude='./usr/libexec/swift/lib/swift_static' \
      --exclude='./usr/libexec/swift/lib/swift/embedded' --exclude='./usr/libexec/swift/lib/liblldb*' \
      --exclude='./usr/libexec/swift/bin/lldb*' --exclude='./usr/libexec/swift/bin/sourcekit-lsp' -f -
    rm -f "$package"
  done
}
archives="$work/cache/archives"
unpack "$archives"/base-files_*.deb
unpack "$archives"/*.deb
mkdir -p "$work/root"/{proc,dev,tmp,root}
cp /etc/passwd /etc/group /etc/nsswitch.conf "$work/root/etc/" 2>/dev/null || true
rm -rf "$folder/root"
mv "$work/root" "$folder/root"
"$folder/swift-env" swift --version 2>&1 | grep -q 'Swift version 6\.' || { echo "the unpacked Swift does not run" >&2; exit 1; }
echo "$stamp" > "$folder/.stamp"
