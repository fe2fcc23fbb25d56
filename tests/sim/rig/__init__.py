# SPDX-License-Identifier: MIT
"""The test rig: a simulated Xen machine with real xenstored, guests, Weston and a test runner."""
