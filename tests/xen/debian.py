# SPDX-License-Identifier: MIT
"""What the rigs make of Debian packages: a private apt that installs nothing, trees of packages, and a cache of
the images made of them, keyed by every package's hash.

Owns the cache directory; each rig's image.py calls it. Knows nothing of Xen, QEMU or the checks."""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import time

SUITE = "trixie"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
HEARTBEAT_SECONDS = 15
# a mirror may lag behind: an old list is as good for a test, and its signature is checked all the same
STALE_LISTS = 'Acquire::Check-Valid-Until "false"'


class Unable(Exception):
    """This machine cannot make the rig, and why."""


def need_programs(needs):
    """needs: the host's programs, and the Debian packages that have them."""
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    missing = [package for program, package in needs.items() if not shutil.which(program, path=path)]
    if missing:
        raise Unable(f"needs packages: apt-get install --no-install-recommends {' '.join(missing)}")


def capture(*command):
    result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if result.returncode:
        raise Unable(f"{' '.join(command[:2])}: {result.stderr.strip()[-500:]}")
    return result.stdout


def step(text, log, *command, env=None):
    """Runs a command that may take long; says what it is, that it goes on, and how long it took."""
    print(f"- {text}", flush=True)
    start = time.monotonic()
    with open(log, "a") as file:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=file, stderr=file, env=env)
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
    """Packages as the mirror has them now: a private apt that installs nothing. state: its directory."""

    def __init__(self, state, architecture, suite=SUITE):
        self.suite, self.architecture = suite, architecture
        for directory in ("lists/partial", "archives/partial"):
            os.makedirs(f"{state}/{directory}", exist_ok=True)
        self.source = f"deb [signed-by={KEYRING}] {mirror()} {suite} main"
        with open(f"{state}/sources.list", "w") as file:
            file.write(self.source + "\n")
        self.options = []
        # pkgcache: containers switch it off, and then each call parses the lists anew
        for setting in (f"Dir::State={state}", f"Dir::State::lists={state}/lists",
                        f"Dir::Cache={state}", "Dir::Cache::pkgcache=pkgcache.bin",
                        "Dir::State::status=/dev/null", f"Dir::Etc::sourcelist={state}/sources.list",
                        "Dir::Etc::sourceparts=/dev/null", "Dir::Etc::preferences=/dev/null",
                        "Dir::Etc::preferencesparts=/dev/null", f"APT::Architecture={architecture}",
                        f"APT::Architectures={architecture}", "APT::Install-Recommends=false",
                        "Acquire::Languages=none", "Acquire::Check-Valid-Until=false",
                        "APT::Sandbox::User=root"):
            self.options += ["-o", setting]

    def apt(self, program, *arguments):
        return capture(program, *self.options, *arguments)

    def update(self):
        try:
            self.apt("apt-get", "-q", "update")
        except Unable as reason:
            print(f"  the mirror does not answer, its last known state is used: {reason}")

    def resolve(self, names, downloads=()):
        """The archives of these packages with all that they depend on, and of the downloads alone: a line of name
        and hash for each, and their size in bytes."""
        listing = self.apt("apt-get", "-qq", "-y", "--print-uris", "install", *names) if names else ""
        for name in downloads:
            listing += self.apt("apt-get", "-qq", "--print-uris", "download", name)
        archives = re.findall(r"^'\S+' (\S+) (\d+) (\S+)", listing, re.MULTILINE)
        lines = sorted(f"{name} {digest}" for name, _, digest in archives)
        return lines, sum(int(size) for _, size, _ in archives)

    def download(self, name, directory, text, log):
        """Fetches one package's archive, and returns its path."""
        step(text, log, "env", "-C", directory, "apt-get", *self.options, "-q", "download", name)
        return next(f"{directory}/{file}" for file in os.listdir(directory) if file.endswith(".deb"))


def read_names(path):
    """The names in a list of packages, without its comments."""
    with open(path) as file:
        return [line.strip() for line in file if line.strip() and not line.startswith("#")]


def make_tree(packages, names, variant, tree, log):
    """Makes a Debian of these packages in a directory; variant as mmdebstrap has it."""
    options = ["--aptopt=" + line for line in ('APT::Install-Recommends "false"', 'Acquire::Languages "none"',
                                               STALE_LISTS, *apt_proxies())]
    options += ["--dpkgopt=force-unsafe-io"]
    options += [f"--dpkgopt=path-exclude=/usr/share/{directory}/*" for directory in ("doc", "locale", "man")]
    # in namespaces of its own: whatever happens, no mount of it stays behind
    step("making a Debian", log, "unshare", "--mount", "--pid", "--fork", "--kill-child",
         "mmdebstrap", f"--variant={variant}", f"--architectures={packages.architecture}",
         "--include=" + ",".join(names), *options, packages.suite, tree, packages.source)


def key_of(archives, files):
    digest = hashlib.sha256("\n".join(archives).encode())
    for path in (*files, __file__):
        with open(path, "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()[:12]


def remove_tree(directory):
    subprocess.run(["rm", "-rf", "--one-file-system", directory], check=True)


def remove_old_images(cache):
    """Leaves the image that was used last, which may be another checkout's."""
    images = [f"{cache}/{name}" for name in os.listdir(cache) if name.startswith("image-")]
    used = sorted((path for path in images if not path.endswith(".new")), key=os.path.getmtime)
    for path in images:
        if path not in used[-1:]:
            remove_tree(path)


def cached_image(cache, architecture, files, resolve, make, suite=SUITE):
    """The directory of an image, made anew if what it is made of has changed.

    files: those that the rig makes it by; resolve(packages): its archives and their bytes, as Packages.resolve
    gives them; make(packages, directory): makes it; suite: of Debian."""
    if os.geteuid():
        raise Unable("needs root, to make a Debian in a directory")
    os.makedirs(cache, exist_ok=True)
    with open(f"{cache}/lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        packages = Packages(f"{cache}/apt", architecture, suite)
        packages.update()
        archives, data = resolve(packages)
        image = f"{cache}/image-{key_of(archives, files)}"
        if os.path.isdir(image):
            os.utime(image)
            print(f"- image {os.path.basename(image)} is in the cache, nothing to download")
            return image

        print(f"- image {os.path.basename(image)} is not in {cache}: "
              f"downloads {data / 1e6:.0f} MB in {len(archives)} packages")
        remove_old_images(cache)
        try:
            make(packages, f"{image}.new")
        except BaseException:
            if os.path.exists(f"{image}.new/image.log"):
                shutil.copy(f"{image}.new/image.log", f"{cache}/failed.log")
            remove_tree(f"{image}.new")
            raise
        os.rename(f"{image}.new", image)
        return image
