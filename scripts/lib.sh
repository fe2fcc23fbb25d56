# SPDX-License-Identifier: MIT
#
# What scripts/check, scripts/demo, scripts/bench and tests/chroot/run share: plain messages, long steps with
# progress, installing missing Debian packages, and one way to build. Sourced by bash; runs nothing by itself.
# It knows neither the suites nor the module.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${XEN_DISPLAY_CACHE_DIR:-${HOME:-/root}/.cache/weston-xen-display}
logs=$top/build/log

say()
{
	printf '%s\n' "$*"
}

die()
{
	printf '%s: %s\n' "$(basename "$0")" "$*" >&2
	exit 1
}

# step TEXT COMMAND...: run a command that may take long, its output in a log. Every 15 s a line tells that it goes
# on and how far it is; if it fails the end of the log is shown.
step()
{
	local text=$1 start=$SECONDS log pid status=0 tick=0
	shift
	mkdir -p "$logs"
	log=$logs/$(tr -cs 'A-Za-z0-9' '-' <<<"$text" | cut -c1-60).log
	say "- $text"
	"$@" >"$log" 2>&1 </dev/null &
	pid=$!
	while kill -0 "$pid" 2>/dev/null; do
		sleep 0.5
		tick=$((tick + 1))
		if [ $((tick % 30)) -eq 0 ]; then
			say "    $((SECONDS - start)) s: $(tail -n 1 "$log" | tr -d '\r' | cut -c1-90)"
		fi
	done
	wait "$pid" || status=$?
	if [ $status -ne 0 ]; then
		say "  failed after $((SECONDS - start)) s (exit $status); the end of $log:"
		tail -n 30 "$log" | sed 's/^/    /'
		return $status
	fi
	[ $((SECONDS - start)) -lt 5 ] || say "  took $((SECONDS - start)) s"
}

installed()
{
	[ "$(dpkg-query -W -f='${db:Status-Abbrev}' "$1" 2>/dev/null)" = "ii " ]
}

# newest PATTERN: the installed package whose name matches, else the newest that apt knows.
newest()
{
	local have
	have=$(dpkg-query -W -f='${db:Status-Abbrev} ${Package}\n' 2>/dev/null |
		sed -n 's/^ii *//p' | grep -E "$1" | sort -V | tail -n 1)
	[ -n "$have" ] || have=$(apt-cache pkgnames 2>/dev/null | grep -E "$1" | sort -V | tail -n 1)
	printf '%s\n' "$have"
}

# The packages of each group, by what they are for. apt's lists must be there for the two whose names carry a version.
packages_of()
{
	case $1 in
	build)	echo gcc libc6-dev meson ninja-build pkgconf libwayland-dev libwayland-bin wayland-protocols \
			libpixman-1-dev libpng-dev libxkbcommon-dev libxen-dev "$(newest '^libweston-[0-9]+-dev$')" ;;
	sim)	echo weston python3 edid-decode xkb-data xenstore-utils "$(newest '^xen-utils-[0-9.]+$')" ;;
	count)	echo valgrind strace ;;
	memory)	echo valgrind libc6-dbg ;;
	chroot)	echo mmdebstrap util-linux ;;
	qemu)	echo qemu-system-x86 mmdebstrap e2fsprogs cpio kmod xz-utils gzip binutils python3 ;;
	style)	echo clang-format shellcheck python3 ;;
	esac
}

why_of()
{
	case $1 in
	build)	echo "to compile the module and its tests" ;;
	sim)	echo "Weston, xenstored and what reads the results" ;;
	count)	echo "to count instructions and system calls" ;;
	memory)	echo "to find memory errors" ;;
	chroot)	echo "to make Debian systems with newer Weston in a folder" ;;
	qemu)	echo "to boot the real Xen in an emulated machine" ;;
	style)	echo "to check the look of the sources" ;;
	esac
}

as_root()
{
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	else
		sudo "$@"
	fi
}

apt_update()
{
	local status=0
	[ -z "${apt_is_fresh-}" ] || return 0
	step "reading Debian's package lists (apt-get update)" as_root apt-get -q update || status=$?
	apt_is_fresh=yes
	return $status
}

missing_of()
{
	local package
	for package in $(packages_of "$1"); do
		installed "$package" || printf '%s ' "$package"
	done
}

# need GROUP...: install what these groups lack. Says which packages and why, and fails with one sentence if it
# may not install or cannot.
need()
{
	local group missing
	for group; do
		missing=$(missing_of "$group")
		case $group in
		build | sim) [ -n "$(packages_of $group | grep -E 'libweston-|xen-utils-')" ] || missing="$missing ..." ;;
		esac
		[ -n "${missing// /}" ] || continue
		command -v apt-get >/dev/null || die "needs these Debian packages, and there is no apt-get here: $missing"
		if [ "$(id -u)" -ne 0 ] && ! sudo -n true 2>/dev/null && ! { [ -t 0 ] && command -v sudo >/dev/null; }; then
			die "missing packages ($(why_of "$group")); as root: apt-get install --no-install-recommends $missing"
		fi
		apt_update || true
		missing=$(missing_of "$group")
		say "Installing $(why_of "$group"): $missing"
		# shellcheck disable=SC2086 # a list of names
		step "apt-get install ($group)" as_root env DEBIAN_FRONTEND=noninteractive \
			apt-get -q -y install --no-install-recommends $missing
	done
}

# build DIR [MESON OPTION...]: configure and compile the tree in $top/DIR. A directory that was configured with
# other options, or elsewhere, is made anew.
build()
{
	local dir=$top/$1 options
	shift
	options="$top $*"
	if [ ! -f "$dir/build.ninja" ] || [ "$(cat "$dir/.options" 2>/dev/null)" != "$options" ]; then
		rm -rf "$dir/meson-private" "$dir/meson-info" "$dir/build.ninja"
		step "configuring $(basename "$dir")" meson setup "$@" "$dir" "$top"
		printf '%s\n' "$options" >"$dir/.options"
	fi
	step "compiling $(basename "$dir")" ninja -C "$dir" -j "$(jobs_here)"
}

jobs_here()
{
	local n
	n=$(nproc)
	echo $((n < 4 ? n : 4))
}
