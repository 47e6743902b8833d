#!/bin/bash
# Gets a program that is not written in Go for the tests:
#
#	fetch.sh <bin> <program> <folder> <package>... -- <where else it is from>
#
# Debian and Ubuntu: the packages, with what of their dependencies is not installed, are unpacked into <bin>/<folder>, and <bin>/<program> runs
# what is in there. Nothing is installed, so that it takes no rights, starts no service, and leaves the system as it is; an AppArmor profile of
# the system's own program, which lets named read /etc/bind alone, does not apply there. Elsewhere the program of the system is taken.
set -euo pipefail
mkdir -p "$1"
bin=$(cd "$1" && pwd) program=$2 folder=$3
shift 3
packages=()
while [[ $1 != -- ]]; do packages+=("$1") && shift; done
shift
elsewhere=$*

elsewhere() {
	found=$(PATH=$PATH:/usr/sbin:/usr/local/sbin:/usr/local/bin command -v "$program") && ln -sf "$found" "$bin/$program" && exit 0
	echo "$program is missing, and $1: install $elsewhere" >&2
	exit 2
}

command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || elsewhere "there is no apt-get to get it with"
work=$(mktemp -d "$bin/$folder.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{lists,archives}/partial "$work/debs" "$work/root"
apt() { (cd "$work/debs" && apt-get -qq -o Dir::State::lists="$work/lists" -o Dir::Cache="$work" -o APT::Sandbox::User= -o Debug::NoLocking=1 "$@"); }

echo "getting ${packages[*]} from the Debian or Ubuntu mirror of this machine: up to a minute"
apt update && needed=$(apt --simulate --no-install-recommends install "${packages[@]}" | awk '/^Inst/ {print $2}') &&
	apt download $(printf '%s\n' "${packages[@]}" $needed | sort -u) || elsewhere "its packages cannot be had from a mirror"
for deb in "$work"/debs/*.deb; do dpkg-deb --extract "$deb" "$work/root"; done
chmod 755 "$work/root" && rm -rf "${bin:?}/$folder" && mv "$work/root" "$bin/$folder"
libraries=$(cd "$bin" && find "$folder" -name 'lib*.so*' -exec dirname {} + | sort -u | sed 's/^/$here\//' | paste -sd:)
path=$(cd "$bin" && find "$folder" -name "$program" -path '*bin/*' -print -quit)
cat >"$bin/$program" <<EOF
#!/bin/sh
here=\$(dirname "\$0")
LD_LIBRARY_PATH=$libraries exec "\$here/$path" "\$@"
EOF
chmod 755 "$bin/$program"
"$bin/$program" -v
