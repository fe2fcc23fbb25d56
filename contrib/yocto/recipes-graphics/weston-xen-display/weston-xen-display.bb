# SPDX-License-Identifier: MIT
SUMMARY = "Screens of Xen guests on a Wayland desktop"
DESCRIPTION = "A module of the Weston compositor: the backend of the para-virtual displays and input devices of Xen guests"
SECTION = "graphics"
LICENSE = "MIT"
LIC_FILES_CHKSUM = "file://LICENSE;md5=f08d0968dcf0b3e39434ce3f21deebd6"
PV = "0.2.0"

DEPENDS = "libdrm pango pixman wayland wayland-native wayland-protocols weston xen-tools"

# The source that this layer is a part of, as it is checked out.
inherit externalsrc features_check meson pkgconfig
EXTERNALSRC = "${@os.path.realpath(d.getVar('FILE_DIRNAME') + '/../../../..')}"

REQUIRED_DISTRO_FEATURES = "wayland xen"
COMPATIBLE_HOST = "(x86_64|aarch64).*-linux"

PACKAGECONFIG ??= "xen-displayctl"
PACKAGECONFIG[xen-displayctl] = "-Dxen-displayctl=enabled,-Dxen-displayctl=disabled,libpng json-c"
PACKAGECONFIG[man-pages] = "-Dman-pages=enabled,-Dman-pages=disabled,scdoc-native"
EXTRA_OEMESON = "-Dtests=false"

PACKAGES =+ "xen-displayctl"
SUMMARY:xen-displayctl = "See and steer the screens of Xen guests in a running Weston"
FILES:xen-displayctl = " \
    ${bindir}/xen-displayctl \
    ${datadir}/bash-completion \
    ${datadir}/fish \
    ${datadir}/zsh \
"
FILES:${PN} = "${libdir}/weston/xen-display.so ${datadir}/licenses/${BPN}"
FILES:${PN}-dev += "${datadir}/pkgconfig ${datadir}/weston-xen-display"

# With another major version of Weston the module does not work.
RDEPENDS:${PN} = "weston"
RRECOMMENDS:${PN} = "xen-displayctl"
