# SPDX-License-Identifier: MIT
"""What libxl does in xenstore for a domain and its para-virtual displays and input devices.

The nodes, their order and their permissions are those of libxl. Processes are started elsewhere.
"""
import uuid


class Toolstack:
    def __init__(self, store):
        self.store = store

    def create_domain(self, domid, name, domain_uuid=None):
        store = self.store
        domain_uuid = domain_uuid or str(uuid.uuid4())
        home = f"/local/domain/{domid}"
        readable = ("n0", f"r{domid}")
        store.mkdir(home)
        store.permit(home, *readable)
        store.write(f"/vm/{domain_uuid}/uuid", domain_uuid)
        store.write(f"/vm/{domain_uuid}/name", name)
        for node, value in (("vm", f"/vm/{domain_uuid}"), ("name", name), ("domid", domid)):
            store.write(f"{home}/{node}", value)
            store.permit(f"{home}/{node}", *readable)
        for node in ("device", "control"):
            store.mkdir(f"{home}/{node}")
            store.permit(f"{home}/{node}", *readable)
        for node in ("data", "drivers", "feature", "attr"):
            store.mkdir(f"{home}/{node}")
            store.permit(f"{home}/{node}", f"n{domid}")
        return domain_uuid

    def introduce(self, domid, port):
        self.store.introduce(domid, 1, port)

    # xl's name of a device: the names of its frontend's and its backend's directory.
    NAMES = {"vdispl": ("vdispl", "vdispl"), "vkb": ("vkbd", "vinput")}

    def front(self, domid, device, kind="vdispl"):
        return f"/local/domain/{domid}/device/{self.NAMES[kind][0]}/{device}"

    def back(self, domid, device, backend=0, kind="vdispl"):
        return f"/local/domain/{backend}/backend/{self.NAMES[kind][1]}/{domid}/{device}"

    def attach(self, domid, device, resolutions, backend=0, unique_ids=None, be_alloc=False):
        """xl vdispl-attach, without the wait for InitWait."""
        ours = (f"n{backend}", f"r{domid}")
        front_nodes = [("be-alloc", int(be_alloc), ours)]
        for index, resolution in enumerate(resolutions):
            unique = unique_ids[index] if unique_ids else f"{domid}-{device}-{index}"
            front_nodes += [(f"{index}/unique-id", unique, ours),
                            (f"{index}/resolution", resolution, ours)]
        self.make("vdispl", domid, device, backend, front_nodes, [])

    def attach_input(self, domid, device, backend=0, unique_id="", **features):
        """xl vkb-attach with backend-type=linux; features as in xl's configuration, with _ for -."""
        back_nodes = [("unique-id", unique_id)] if unique_id else []
        back_nodes += [(name.replace("_", "-"), value) for name, value in features.items()]
        ours = (f"n{backend}", f"r{domid}")
        self.make("vkb", domid, device, backend, [], [(*node, ours) for node in back_nodes])

    def make(self, kind, domid, device, backend, front_nodes, back_nodes):
        """Creates both directories of a device, with the nodes that every device has, and with these."""
        front, back = self.front(domid, device, kind), self.back(domid, device, backend, kind)
        guests = (f"n{domid}", f"r{backend}")
        ours = (f"n{backend}", f"r{domid}")
        store = self.store
        front_nodes = [("backend", back, guests), ("backend-id", backend, guests),
                       ("state", 1, guests), *front_nodes]
        back_nodes = [("frontend", front, ours), ("frontend-id", domid, ours),
                      ("online", 1, ours), ("state", 1, ours), *back_nodes]

        def make(directory, owner, nodes, transaction):
            store.remove(directory, transaction)
            store.mkdir(directory, transaction)
            store.permit(directory, *owner, transaction=transaction)
            for name, value, permissions in nodes:
                store.write(f"{directory}/{name}", value, transaction)
                store.permit(f"{directory}/{name}", *permissions, transaction=transaction)

        def make_both(transaction):
            make(front, guests, front_nodes, transaction)
            make(back, ours, back_nodes, transaction)

        store.transact(make_both)

    def wait_backend(self, domid, device, state, timeout=10, backend=0, kind="vdispl"):
        """True once the backend's state is exactly that one, False on timeout."""
        path = self.back(domid, device, backend, kind) + "/state"
        return self.store.wait(path, lambda value: value == str(state), timeout) is not None

    def remove_directories(self, domid, device, backend=0, kind="vdispl"):
        def remove(transaction):
            self.store.remove(self.front(domid, device, kind), transaction)
            self.store.remove(self.back(domid, device, backend, kind), transaction)

        self.store.transact(remove)

    def unplug(self, domid, device, backend=0, kind="vdispl"):
        """How xl asks a backend to close a device."""
        back = self.back(domid, device, backend, kind)

        def write(transaction):
            self.store.write(f"{back}/online", 0, transaction)
            self.store.write(f"{back}/state", 5, transaction)

        self.store.transact(write)

    def detach(self, domid, device, backend=0, timeout=10, kind="vdispl"):
        """xl vdispl-detach, or vkb-detach; True if the backend went to Closed in time."""
        self.unplug(domid, device, backend, kind)
        closed = self.wait_backend(domid, device, 6, timeout, backend, kind)
        self.remove_directories(domid, device, backend, kind)
        return closed

    def remove_devices(self, domid, backend=0):
        for kind, (front, back) in self.NAMES.items():
            for device in self.store.list(f"/local/domain/{domid}/device/{front}"):
                self.remove_directories(domid, device, backend, kind)
            self.store.remove(f"/local/domain/{backend}/backend/{back}/{domid}")

    def forget_domain(self, domid):
        """The last part of xl destroy, after the domain is gone."""
        vm = self.store.read(f"/local/domain/{domid}/vm")
        self.store.remove(f"/local/domain/{domid}")
        if vm:
            self.store.remove(vm)
