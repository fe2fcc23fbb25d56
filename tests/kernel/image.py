# SPDX-License-Identifier: MIT
"""Makes, once for each Debian, a tree in which the kernel module can be compiled for that Debian's kernel: compilers
and kernel headers for amd64 and arm64, sparse, DKMS; in one tree also checkpatch, which only the kernel's source has.

What is in such a tree, and where, is decided here; run calls prepare(). The checks are in run."""

import os
import re
import shutil
import sys

sys.path.insert(1, f"{os.path.dirname(os.path.dirname(os.path.abspath(__file__)))}/xen")

import debian
from debian import step

# Debian 12, 13 and 14, with Linux 6.1, 6.12 and 7.2; the last has the newest checkpatch
SUITES = ("bookworm", "trixie", "forky")
ARCHITECTURES = ("amd64", "arm64")
CHECKPATCH = ("checkpatch.pl", "spelling.txt", "const_structs.checkpatch")

NAMES = "gcc gcc-aarch64-linux-gnu make perl python3-minimal libpython3-stdlib libelf-dev sparse dkms".split()
NEEDS = {"mmdebstrap": "mmdebstrap", "xz": "xz-utils", "unshare": "util-linux"}


def release_of(packages):
    """The kernel's release, as uname -r prints it, without the architecture."""
    depends = packages.apt("apt-cache", "depends", f"linux-headers-{packages.architecture}")
    return re.search(rf"Depends: linux-headers-(\S+)-{packages.architecture}", depends).group(1)


def headers_of(packages):
    """The packages of one architecture's headers; amd64's include those that both architectures need."""
    release = release_of(packages)
    names = [f"linux-headers-{release}-{packages.architecture}"]
    if packages.architecture == "amd64":
        shown = packages.apt("apt-cache", "show", names[0])
        names += [f"linux-headers-{release}-common", re.search(r"linux-kbuild-[^\s,]+", shown).group(0)]
    return names


def source_of(packages):
    return re.search(r"Depends: (linux-source-\S+)", packages.apt("apt-cache", "depends", "linux-source")).group(1)


class Image:
    """How one Debian's tree is made, for debian.cached_image()."""

    def __init__(self, cache, suite):
        self.cache, self.suite = cache, suite
        self.packages = {}

    def downloads(self, packages):
        """By architecture, the packages that are only unpacked: installing them would pull in kernels."""
        self.packages = {"amd64": packages}
        for architecture in ARCHITECTURES[1:]:
            other = debian.Packages(f"{self.cache}/apt-{architecture}", architecture, self.suite)
            other.update()
            self.packages[architecture] = other
        names = {architecture: headers_of(other) for architecture, other in self.packages.items()}
        if self.suite == SUITES[-1]:
            names["amd64"].append(source_of(packages))
        return names

    def resolve(self, packages):
        names = self.downloads(packages)
        archives, size = packages.resolve(["?essential", "apt", *NAMES], names["amd64"])
        for architecture in ARCHITECTURES[1:]:
            more = self.packages[architecture].resolve([], names[architecture])
            archives, size = archives + more[0], size + more[1]
        return archives, size

    def make(self, packages, directory):
        log, tree = f"{directory}/image.log", f"{directory}/tree"
        os.makedirs(directory)
        debian.make_tree(packages, NAMES, "minbase", tree, log)
        for architecture, names in self.downloads(packages).items():
            for name in names:
                self.unpack(self.packages[architecture], name, directory, log)

    def unpack(self, packages, name, directory, log):
        work = f"{directory}/work"
        os.makedirs(work)
        archive = packages.download(name, work, f"fetching {name}", log)
        step("unpacking it", log, "dpkg-deb", "-x", archive, work)
        if name.startswith("linux-source"):
            tarball = next(f"{work}/usr/src/{file}" for file in os.listdir(f"{work}/usr/src")
                           if file.endswith(".tar.xz"))
            step("taking checkpatch out of it", log, "tar", "-xf", tarball, "-C", work, "--strip-components=2",
                 "--wildcards", *(f"*/scripts/{file}" for file in CHECKPATCH))
            for file in CHECKPATCH:
                shutil.move(f"{work}/{file}", f"{directory}/tree/usr/local/bin/{file}")
        else:
            # without lib, which is a link in the tree, and a directory in older packages
            step("copying it", log, "cp", "-a", f"{work}/usr", f"{directory}/tree")
        shutil.rmtree(work)


def prepare(cache, suite):
    """The directory of a Debian's image, rebuilt if what it is made of has changed; the tree is in its tree/."""
    debian.need_programs(NEEDS)
    image = Image(f"{cache}/{suite}", suite)
    return debian.cached_image(image.cache, "amd64", [__file__], image.resolve, image.make, suite)
