# SPDX-License-Identifier: MIT
"""Makes the rig's image from Debian packages, once: Xen, a kernel for dom0 and one for guests, the modules
of both, dom0's root file system, and the same tree as a build chroot.

Owns the cache directory and what keys it; run calls prepare(). Knows nothing of QEMU or of the checks."""

import fcntl
import gzip
import hashlib
import os
import re
import shutil
import subprocess
import time

import kernel

SUITE = "trixie"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
KERNEL_PACKAGE = "linux-image-amd64"
DOM0_MODULES = ("virtio_blk ext4 crc32c_generic crc32c_intel 9p 9pnet_virtio"
                " xenfs xen_evtchn xen_gntdev xen_gntalloc xen_privcmd bochs").split()
GUEST_MODULES = ["drm_xen_front"]
ROOT_SIZE = "2G"
HEARTBEAT_SECONDS = 15

# the host's programs and the Debian packages that have them
NEEDS = {
    "qemu-system-x86_64": "qemu-system-x86",
    "mmdebstrap": "mmdebstrap",
    "mke2fs": "e2fsprogs",
    "zstd": "zstd",
    "unshare": "util-linux",
    "git": "git",
}


class Unable(Exception):
    """This machine cannot make the rig, and why."""


def missing_packages():
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    return [package for program, package in NEEDS.items() if not shutil.which(program, path=path)]


def capture(*command):
    result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if result.returncode:
        raise Unable(f"{' '.join(command[:2])}: {result.stderr.strip()[-500:]}")
    return result.stdout


def step(text, log, *command):
    """Runs a command that may take long; says what it is, that it goes on, and how long it took."""
    print(f"- {text}", flush=True)
    start = time.monotonic()
    with open(log, "a") as file:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=file, stderr=file)
    try:
        while True:
            try:
                status = process.wait(HEARTBEAT_SECONDS)
                break
            except subprocess.TimeoutExpired:
                print(f"    {time.monotonic() - start:.0f} s: {last_line(log)}", flush=True)
    except BaseException:
        process.terminate()
        process.wait()
        raise
    took = f"  took {time.monotonic() - start:.1f} s"
    if status:
        with open(log, errors="replace") as file:
            end = "".join(file.readlines()[-20:])
        raise RuntimeError(f"{text}: failed with status {status}, the end of {log}:\n{end}")
    print(took, flush=True)


def last_line(path):
    with open(path, errors="replace") as file:
        lines = file.read().splitlines()
    return lines[-1][:90] if lines else ""


def mirror():
    """The mirror that this machine's apt takes Debian itself from."""
    targets = capture("apt-get", "indextargets", "--format", "$(LABEL)|$(REPO_URI)", "Created-By: Packages")
    for line in targets.splitlines():
        label, address = line.split("|", 1)
        if label == "Debian":
            return address
    raise Unable("apt knows no Debian mirror here (is apt-get update missing?)")


def apt_proxies():
    dump = capture("apt-config", "dump", "--format", '%f "%v"%n')
    return [line for line in dump.splitlines() if re.match(r'Acquire::https?::Proxy ".+"', line)]


class Packages:
    """The packages of the rig, as the mirror has them now: a private apt that installs nothing."""

    def __init__(self, cache, here):
        state = f"{cache}/apt"
        for directory in ("lists/partial", "archives/partial"):
            os.makedirs(f"{state}/{directory}", exist_ok=True)
        self.source = f"deb [signed-by={KEYRING}] {mirror()} {SUITE} main"
        with open(f"{state}/sources.list", "w") as file:
            file.write(self.source + "\n")
        self.options = []
        # pkgcache: containers switch it off, and then each call parses the lists anew
        for setting in (f"Dir::State={state}", f"Dir::State::lists={state}/lists",
                        f"Dir::Cache={state}", "Dir::Cache::pkgcache=pkgcache.bin",
                        "Dir::State::status=/dev/null", f"Dir::Etc::sourcelist={state}/sources.list",
                        "Dir::Etc::sourceparts=/dev/null", "Dir::Etc::preferences=/dev/null",
                        "Dir::Etc::preferencesparts=/dev/null", "APT::Architecture=amd64",
                        "APT::Architectures=amd64", "APT::Install-Recommends=false",
                        "Acquire::Languages=none", "APT::Sandbox::User=root"):
            self.options += ["-o", setting]
        with open(f"{here}/packages") as file:
            self.names = [line.strip() for line in file if line.strip() and not line.startswith("#")]

    def apt(self, program, *arguments):
        return capture(program, *self.options, *arguments)

    def update(self):
        try:
            self.apt("apt-get", "-q", "update")
        except Unable as reason:
            print(f"  the mirror does not answer, its last known state is used: {reason}")

    def resolve(self):
        """Every archive that the rig is made of, as a line of name and hash, and their size in octets."""
        kernel_depends = self.apt("apt-cache", "depends", KERNEL_PACKAGE)
        self.kernel = re.search(r"Depends: (linux-image-\S+)", kernel_depends).group(1)
        listing = self.apt("apt-get", "-qq", "-y", "--print-uris", "install", "?essential", "apt", *self.names)
        listing += self.apt("apt-get", "-qq", "--print-uris", "download", self.kernel)
        archives = re.findall(r"^'\S+' (\S+) (\d+) (\S+)", listing, re.MULTILINE)
        lines = sorted(f"{name} {digest}" for name, _, digest in archives)
        return lines, sum(int(size) for _, size, _ in archives)

    def download_kernel(self, directory, log):
        step("fetching Debian's kernel", log, "env", "-C", directory,
             "apt-get", *self.options, "-q", "download", self.kernel)
        return next(f"{directory}/{name}" for name in os.listdir(directory) if name.endswith(".deb"))


def key_of(archives, here):
    digest = hashlib.sha256("\n".join(archives).encode())
    for name in ("packages", "image.py", "kernel.py"):
        with open(f"{here}/{name}", "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()[:12]


def make_tree(packages, tree, log):
    options = ["--aptopt=" + line for line in ('APT::Install-Recommends "false"', 'Acquire::Languages "none"',
                                               *apt_proxies())]
    options += ["--dpkgopt=force-unsafe-io"]
    options += [f"--dpkgopt=path-exclude=/usr/share/{directory}/*" for directory in ("doc", "locale", "man")]
    # in namespaces of its own: whatever happens, no mount of it stays behind
    step("making dom0's Debian", log, "unshare", "--mount", "--pid", "--fork", "--kill-child",
         "mmdebstrap", "--variant=minbase", "--include=" + ",".join(packages.names), *options,
         SUITE, tree, packages.source)


def unpack_kernels(packages, directory, log):
    work = f"{directory}/kernel"
    os.makedirs(work)
    archive = packages.download_kernel(work, log)
    step("unpacking it", log, "dpkg-deb", "-x", archive, work)
    boot = f"{work}/boot"
    bzimage = next(f"{boot}/{name}" for name in os.listdir(boot) if name.startswith("vmlinuz"))
    os.makedirs(f"{directory}/tree/guest")
    kernel.extract_vmlinux(bzimage, f"{directory}/tree/guest/vmlinux")
    kernel.unpack_modules(f"{work}/usr/lib/modules", DOM0_MODULES, f"{directory}/modules-dom0")
    kernel.unpack_modules(f"{work}/usr/lib/modules", GUEST_MODULES, f"{directory}/modules-guest")
    os.rename(bzimage, f"{directory}/vmlinuz")
    shutil.rmtree(work)


def unpack_xen(directory):
    boot = f"{directory}/tree/boot"
    name = next(name for name in os.listdir(boot) if re.fullmatch(r"xen-.*\.gz", name))
    with gzip.open(f"{boot}/{name}") as packed, open(f"{directory}/xen", "wb") as file:
        shutil.copyfileobj(packed, file)


def make_image(packages, directory):
    log = f"{directory}/image.log"
    tree = f"{directory}/tree"
    os.makedirs(directory)
    make_tree(packages, tree, log)
    unpack_kernels(packages, directory, log)
    unpack_xen(directory)
    step("making dom0's disk", log, "mke2fs", "-q", "-t", "ext4", "-d", tree, f"{directory}/root.ext4", ROOT_SIZE)


def remove_tree(directory):
    subprocess.run(["rm", "-rf", "--one-file-system", directory], check=True)


def remove_old_images(cache):
    """Leaves the image that was used last, which may be another checkout's."""
    images = [f"{cache}/{name}" for name in os.listdir(cache) if name.startswith("image-")]
    used = sorted((path for path in images if not path.endswith(".new")), key=os.path.getmtime)
    for path in images:
        if path not in used[-1:]:
            remove_tree(path)


def prepare(cache, here):
    """The directory of the image, made anew if what it is made of has changed."""
    if os.geteuid():
        raise Unable("needs root, to make a Debian in a directory and to build in it")
    missing = missing_packages()
    if missing:
        raise Unable(f"needs packages: apt-get install --no-install-recommends {' '.join(missing)}")

    os.makedirs(cache, exist_ok=True)
    with open(f"{cache}/lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        packages = Packages(cache, here)
        packages.update()
        archives, octets = packages.resolve()
        image = f"{cache}/image-{key_of(archives, here)}"
        if os.path.isdir(image):
            os.utime(image)
            print(f"- image {os.path.basename(image)} is in the cache, nothing to download")
            return image

        print(f"- image {os.path.basename(image)} is not in {cache}: "
              f"downloads {octets / 1e6:.0f} MB in {len(archives)} packages")
        remove_old_images(cache)
        try:
            make_image(packages, f"{image}.new")
        except BaseException:
            if os.path.exists(f"{image}.new/image.log"):
                shutil.copy(f"{image}.new/image.log", f"{cache}/failed.log")
            remove_tree(f"{image}.new")
            raise
        os.rename(f"{image}.new", image)
        return image
