# SPDX-License-Identifier: MIT
"""Loads a file of another rig that has the same name as one of this rig."""

import importlib.util


def load(name, path):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
