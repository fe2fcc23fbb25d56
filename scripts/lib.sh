# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: MIT
#
# What scripts/check, scripts/demo, scripts/bench and tests/chroot/run share: plain messages, long steps with
# progress, installing missing Debian packages, and one way to build. Sourced by bash; runs nothing by itself.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${XEN_DISPLAY_CACHE_DIR:-${HOME:-/root}/.cache/weston-xen-display}
logs=$top/${CHECK_BUILD:-build}/log

say()
{
	printf '%s\n' "$*"
}

die()
{
	printf '%s: %s\n' "$(basename "$0")" "$*" >&2
	exit 1
}

# step TEXT COMMAND...: run a command that may take long, with its output in a log. Every 15 s a line shows the time
# and the log's last line; if the command fails, the end of the log is shown.
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
	printf '%s\n' "${have:-unknown:$1}"
}

# The packages of each group. Names that carry a version are looked up in apt's lists if none is installed.
packages_of()
{
	case $1 in
	build)	echo gcc libc6-dev meson ninja-build pkgconf libwayland-dev libwayland-bin wayland-protocols \
			libpixman-1-dev libpango1.0-dev libpng-dev libjson-c-dev libxkbcommon-dev libdrm-dev \
			libxen-dev scdoc "$(newest '^libweston-[0-9]+-dev$')" ;;
	sim)	echo weston python3 edid-decode xkb-data xenstore-utils "$(newest '^xen-utils-[0-9.]+$')" ;;
	count)	echo valgrind strace ;;
	remote)	echo xvfb xdotool openssl tigervnc-viewer "$(newest '^freerdp[0-9]+-x11$')" ;;
	memory)	echo valgrind libc6-dbg ;;
	chroot)	echo mmdebstrap util-linux ;;
	qemu)	echo qemu-system-x86 mmdebstrap e2fsprogs zstd util-linux git python3 ;;
	fuzz)	echo clang libclang-rt-dev ;;
	kernel)	echo mmdebstrap xz-utils util-linux gcc libc6-dev python3 ;;
	arm)	echo qemu-system-arm gcc-aarch64-linux-gnu libc6-dev-arm64-cross mmdebstrap squashfs-tools xz-utils \
			util-linux git python3 ;;
	style)	echo clang-format shellcheck python3 ;;
	lint)	echo clang clang-tidy ;;
	esac
}

# What a group is, in words that follow "Missing", "Installing" or "needs".
what_of()
{
	case $1 in
	build)	echo "compiler and libraries to build with" ;;
	sim)	echo "Weston and xenstored" ;;
	count)	echo "valgrind and strace, to count with" ;;
	remote)	echo "viewers of remote desktops, and an X server without a screen for them" ;;
	memory)	echo "valgrind, to find memory errors" ;;
	chroot)	echo "mmdebstrap, to make a newer Debian in a folder" ;;
	qemu)	echo "QEMU and what makes its disk" ;;
	fuzz)	echo "clang with libFuzzer" ;;
	kernel)	echo "mmdebstrap, to make Debians with kernels' headers" ;;
	arm)	echo "QEMU for Arm, a cross compiler and what makes a disk" ;;
	style)	echo "clang-format and shellcheck" ;;
	lint)	echo "clang and clang-tidy" ;;
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

may_install()
{
	command -v apt-get >/dev/null || return 1
	[ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null || { [ -t 0 ] && command -v sudo >/dev/null; }
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

# need GROUP...: install the packages of these groups that are missing, and say which and why. If that is not possible,
# says so in one sentence and exits with 77, "this machine cannot".
need()
{
	local group missing
	for group; do
		missing=$(missing_of "$group")
		[ -n "$missing" ] || continue
		if ! may_install; then
			say "Missing $(what_of "$group"); as root: apt-get install --no-install-recommends $missing"
			exit 77
		fi
		apt_update || true
		missing=$(missing_of "$group")
		say "Installing $(what_of "$group"), as Debian packages: $missing"
		# shellcheck disable=SC2086 # a list of names
		if ! step "apt-get install ($group)" as_root env DEBIAN_FRONTEND=noninteractive \
			apt-get -q -y -o DPkg::Lock::Timeout=600 install --no-install-recommends $missing; then
			say "Debian's packages could not be installed: $missing"
			exit 77
		fi
	done
}

# build DIR [MESON OPTION...]: configure and compile the tree in $top/DIR. A directory that was configured with
# other options, or for a tree elsewhere, is configured again.
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
