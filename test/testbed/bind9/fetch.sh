#!/bin/bash
# Gets BIND's name server for the tests and makes $1/named, which runs it.
#
# Debian and Ubuntu: its packages, with what of their dependencies is not installed, are unpacked into $1/bind9. Nothing is installed, so that it
# takes no rights, starts no service, and leaves the system as it is; an AppArmor profile of the system's own named, which
# lets it read /etc/bind alone, does not apply there. Elsewhere the named of the system is taken.
set -euo pipefail
mkdir -p "$1"
bin=$(cd "$1" && pwd)

elsewhere() {
	found=$(PATH=$PATH:/usr/sbin:/usr/local/sbin:/usr/local/bin command -v named) && ln -sf "$found" "$bin/named" && exit 0
	echo "named is missing, and $1: install BIND 9.18 or newer (Debian, Ubuntu: bind9, Fedora: bind, Alpine: bind, macOS: bind)" >&2
	exit 2
}

command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || elsewhere "there is no apt-get to get it with"
work=$(mktemp -d "$bin/bind9.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{lists,archives}/partial "$work/debs" "$work/root"
apt() { (cd "$work/debs" && apt-get -qq -o Dir::State::lists="$work/lists" -o Dir::Cache="$work" -o APT::Sandbox::User= -o Debug::NoLocking=1 "$@"); }

echo "getting bind9 from the Debian or Ubuntu mirror of this machine: up to a minute"
apt update && packages=$(apt --simulate --no-install-recommends install bind9 | awk '/^Inst/ {print $2}') &&
	apt download bind9 bind9-libs $packages || elsewhere "its packages cannot be had from a mirror"
for deb in "$work"/debs/*.deb; do dpkg-deb --extract "$deb" "$work/root"; done
chmod 755 "$work/root" && rm -rf "$bin/bind9" && mv "$work/root" "$bin/bind9"
libraries=$(cd "$bin" && find bind9 -name 'lib*.so*' -exec dirname {} + | sort -u | sed 's/^/$here\//' | paste -sd:)
cat >"$bin/named" <<EOF
#!/bin/sh
here=\$(dirname "\$0")
LD_LIBRARY_PATH=$libraries exec "\$here/bind9/usr/sbin/named" "\$@"
EOF
chmod 755 "$bin/named"
"$bin/named" -v
