# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# What the tests of packages share: installing them, and reporting failures. Sourced by bash.
export DEBIAN_FRONTEND=noninteractive

fail()
{
	printf '%s\n' "$*" >&2
	exit 1
}

# expect WHAT GOT WANTED
expect()
{
	[ "$2" = "$3" ] || fail "$1: got '$2', expected '$3'"
}

# files_of FOLDER: prints the paths of its packages.
files_of()
{
	find "$(realpath "$1")" -maxdepth 1 -name '*.deb' | sort
}

# names_of FOLDER: prints the names of its packages.
names_of()
{
	local file
	for file in $(files_of "$1"); do
		basename "$file" | sed 's/_.*//'
	done
}

# have_packages FOLDER [NAME]: installs all packages, except NAME.
have_packages()
{
	local files
	files=$(files_of "$1" | grep -v "/${2:-none}_")
	apt-get -q update
	# shellcheck disable=SC2086 # a list of files
	apt-get -q -y install $files
}

# type_readme FOLDER: runs README.md's command that installs the packages, with this folder.
type_readme()
{
	local line
	line=$(sed -n 's/^ *apt \(install \.\/build\/packages\/.*\)/\1/p' README.md)
	[ "$(wc -l <<<"$line")" -eq 1 ] && [ -n "$line" ] || fail "README.md has no line that installs the packages"
	apt-get -q update
	# shellcheck disable=SC2086 # a list of words, and a pattern
	apt-get -q -y ${line/build\/packages\/trixie/$1}
}
