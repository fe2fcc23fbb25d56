# SPDX-License-Identifier: MIT
"""Other kernels for dom0 than the rig's own, and how modules are built for them: that of another Debian release, and
one that is built from Debian's source once, in half an hour.

run uses one of KERNELS. Owns the cache of each. Knows nothing of Xen or of the checks."""

import os
import re
import shutil

import debian
from building import compile_in, source_files
from debian import step
from kernel_config import check_config
from loading import load

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
MODULES = ("xen_dmabuf.ko", "dmaprobe.ko")
SERIES = "6.12"
# the name of the driver for QEMU's cirrus in newer kernels
NEW_CIRRUS = "cirrus_qemu"
# what is kept of a built kernel's tree, to build modules with
HEADERS = ("Makefile", ".config", "Module.symvers", "arch/x86", "include", "scripts", "tools")
NEEDS = {"gcc": "gcc", "make": "make", "flex": "flex", "bison": "bison", "bc": "bc", "patch": "patch"}
# fixes what lockdep reports in Linux before any code of this project runs
PATCH = f"{HERE}/gntdev-lock.patch"
LIBELF = ("/usr/include/gelf.h", "libelf-dev")

pc_image = load("image_xen_x86", f"{TOP}/tests/xen-x86/image.py")
pc_kernel = load("kernel_xen_x86", f"{TOP}/tests/xen-x86/kernel.py")
header_images = load("image_kernel", f"{TOP}/tests/kernel/image.py")


class OwnKernel:
    """The kernel of the rig's image. arguments: for its command line; patience: the factor by which everything is
    slower on it; is_debugging: whether it debugs memory and locks; scans_out: whether it shows dma-bufs on a plane."""
    arguments = ""
    patience = 1
    is_debugging = False
    scans_out = True

    def __init__(self, **settings):
        self.__dict__.update(settings)

    def prepare(self, image, cache):
        self.vmlinuz = f"{image}/vmlinuz"
        self.drivers = f"{image}/modules-dom0"

    def build_modules(self, source, out):
        """Does nothing: tests/xen-dmabuf/build has already built them."""


class DebianKernel(OwnKernel):
    """The kernel of another Debian, with its own drivers; modules are built in the tree that tests/kernel uses."""

    def __init__(self, series, suite, **settings):
        super().__init__(**settings)
        self.series, self.suite = series, suite

    def prepare(self, image, cache):
        directory = debian.cached_image(f"{cache}/{self.series}", "amd64", [f"{TOP}/tests/xen-x86/kernel.py"],
                                        lambda packages: packages.resolve([], self.packages(packages)), self.make,
                                        self.suite)
        self.vmlinuz, self.drivers = f"{directory}/vmlinuz", f"{directory}/drivers"
        self.tree = f"{header_images.prepare(f'{os.path.dirname(cache)}/kernel', self.suite)}/tree"

    @staticmethod
    def packages(packages):
        """The package of the kernel, or those of its parts, if it is split."""
        image = pc_image.kernel_of(packages)
        parts = re.findall(r"Depends: (linux-(?:binary|modules)-\S+)", packages.apt("apt-cache", "depends", image))
        return parts or [image]

    def make(self, packages, directory):
        log, work = f"{directory}/image.log", f"{directory}/kernel"
        os.makedirs(work)
        for name in self.packages(packages):
            archive = packages.download(name, directory, f"fetching {name}", log)
            step("unpacking it", log, "dpkg-deb", "-x", archive, work)
            os.remove(archive)
        pc_kernel.unpack_modules(f"{work}/usr/lib/modules", [*pc_image.DOM0_MODULES, NEW_CIRRUS], f"{directory}/drivers")
        vmlinuz = next(f"{parent}/{name}" for parent, _, names in os.walk(work) for name in names
                       if name.startswith("vmlinuz"))
        os.rename(vmlinuz, f"{directory}/vmlinuz")
        shutil.rmtree(work)

    def build_modules(self, source, out):
        compile_in(self.tree, source, out, "tests/xen-dmabuf/build-modules", MODULES)


class BuiltKernel(OwnKernel):
    """Debian's source, built on this machine, with every driver built in."""

    def __init__(self, name, configs, **settings):
        super().__init__(**settings)
        self.name, self.configs = name, [f"{HERE}/{config}.config" for config in configs]

    def prepare(self, image, cache):
        debian.need_programs(NEEDS)
        if not os.path.exists(LIBELF[0]):
            raise debian.Unable(f"needs packages: apt-get install --no-install-recommends {LIBELF[1]}")
        directory = debian.cached_image(f"{cache}/{self.name}", "amd64", [*self.configs, PATCH],
                                        lambda packages: packages.resolve([], [f"linux-source-{SERIES}"]), self.make)
        self.vmlinuz, self.drivers, self.tree = f"{directory}/vmlinuz", f"{directory}/drivers", f"{directory}/tree"

    def make(self, packages, directory):
        log = f"{directory}/image.log"
        os.makedirs(f"{directory}/drivers")
        open(f"{directory}/drivers/order", "w").close()
        archive = packages.download(f"linux-source-{SERIES}", directory, f"fetching the source of Linux {SERIES}", log)
        step("unpacking it", log, "sh", "-c", f"cd {directory} && dpkg-deb --fsys-tarfile {archive} |"
             f" tar -xO ./usr/src/linux-source-{SERIES}.tar.xz | tar -xJ")
        os.remove(archive)
        tree = f"{directory}/linux-source-{SERIES}"
        step(f"applying {os.path.basename(PATCH)}", log, "patch", "-d", tree, "-p1", "-i", PATCH)
        self.compile(directory, tree, log)
        os.makedirs(f"{directory}/tree")
        for name in HEADERS:
            os.makedirs(os.path.dirname(f"{directory}/tree/{name}"), exist_ok=True)
            os.rename(f"{tree}/{name}", f"{directory}/tree/{name}")
        shutil.rmtree(tree)

    def compile(self, directory, tree, log):
        wanted = f"{directory}/wanted.config"
        with open(wanted, "w") as file:
            for path in self.configs:
                with open(path) as part:
                    file.write(part.read())
        make = ["nice", "make", "-C", tree, f"-j{os.cpu_count()}"]
        step("configuring", log, *make, f"KCONFIG_ALLCONFIG={wanted}", "allnoconfig")
        check_config(tree, self.configs)
        step("compiling", log, *make, "bzImage", "modules")
        shutil.copy(f"{tree}/arch/x86/boot/bzImage", f"{directory}/vmlinuz")

    def build_modules(self, source, out):
        """On this machine, like the kernel."""
        work = f"{out}/modules"
        for name in source_files(source):
            if name.startswith(("kernel/", "tests/xen-dmabuf/")):
                os.makedirs(os.path.dirname(f"{work}/{name}"), exist_ok=True)
                shutil.copy(f"{source}/{name}", f"{work}/{name}")
        step("building the modules", f"{out}/build.log", f"{work}/tests/xen-dmabuf/build-modules", work, out, self.tree)


# README.md describes each
KERNELS = {
    None: OwnKernel(),
    "debug": BuiltKernel("debug", ["kernel", "kernel-debug"], arguments="page_poison=1", patience=4, is_debugging=True),
    "7.2": DebianKernel("7.2", "forky", scans_out=False),
}
