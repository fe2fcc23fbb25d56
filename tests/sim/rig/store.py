# SPDX-License-Identifier: MIT
"""A xenstore client: the wire protocol over xenstored's socket, as dom0.

Used by the tool stack and by tests. Watch events are kept in a list until somebody waits for them.
"""
import select
import socket
import struct
import time

(CONTROL, DIRECTORY, READ, GET_PERMS, WATCH, UNWATCH, TRANSACTION_START, TRANSACTION_END,
 INTRODUCE, RELEASE, GET_DOMAIN_PATH, WRITE, MKDIR, RM, SET_PERMS, WATCH_EVENT, ERROR) = range(17)


class StoreError(Exception):
    """xenstored answered with an error; the text begins with its name."""


class Store:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.connect(path)
        self.socket.settimeout(20)
        self.events = []

    def close(self):
        self.socket.close()

    def _receive(self, size):
        data = b""
        while len(data) < size:
            part = self.socket.recv(size - len(data))
            if not part:
                raise StoreError("xenstored hung up")
            data += part
        return data

    def _message(self):
        kind, _, _, length = struct.unpack("<IIII", self._receive(16))
        return kind, self._receive(length)

    def call(self, kind, *words, transaction=0, last=b""):
        """Sends a request and returns the answer. Words are sent with a terminating zero, last as it is."""
        body = b"".join(word.encode() + b"\0" for word in words) + last
        self.socket.sendall(struct.pack("<IIII", kind, 1, transaction, len(body)) + body)
        while True:
            answer, data = self._message()
            if answer == WATCH_EVENT:
                self.events.append(data.split(b"\0")[0].decode())
            elif answer == ERROR:
                raise StoreError(f"{data.rstrip(bytes(1)).decode()} {' '.join(words)}")
            else:
                return data

    def read(self, path, transaction=0):
        """The node's value, or None if there is no such node."""
        try:
            return self.call(READ, path, transaction=transaction).decode()
        except StoreError as error:
            if str(error).startswith("ENOENT"):
                return None
            raise

    def write(self, path, value, transaction=0):
        self.call(WRITE, path, transaction=transaction, last=str(value).encode())

    def mkdir(self, path, transaction=0):
        self.call(MKDIR, path, transaction=transaction)

    def remove(self, path, transaction=0):
        try:
            self.call(RM, path, transaction=transaction)
        except StoreError as error:
            if not str(error).startswith("ENOENT"):
                raise

    def list(self, path):
        try:
            return [name.decode() for name in self.call(DIRECTORY, path).split(b"\0") if name]
        except StoreError:
            return []

    def permit(self, path, *permissions, transaction=0):
        """Permissions as xenstore writes them: the owner first, such as "n0", "r5"."""
        self.call(SET_PERMS, path, *permissions, transaction=transaction)

    def begin(self):
        return int(self.call(TRANSACTION_START, "").rstrip(b"\0"))

    def end(self, transaction):
        self.call(TRANSACTION_END, "T", transaction=transaction)

    def transact(self, change):
        """Repeats change(transaction) until it commits without a conflict. ENOMEM was seen while a domain that owns
        one of the nodes was being destroyed; one of the next two tries succeeds then."""
        gone = 0
        while True:
            transaction = self.begin()
            change(transaction)
            try:
                return self.end(transaction)
            except StoreError as error:
                gone += str(error).startswith("ENOMEM")
                if not str(error).startswith(("EAGAIN", "ENOMEM")) or gone > 5:
                    raise

    def introduce(self, domid, frame, port):
        self.call(INTRODUCE, str(domid), str(frame), str(port))

    def watch(self, path):
        self.call(WATCH, path, path)

    def unwatch(self, path):
        self.call(UNWATCH, path, path)
        self.events.clear()

    def control(self, *words):
        return self.call(CONTROL, *words).rstrip(b"\0").decode()

    def next_event(self, timeout):
        """The path of the next watch that fires, or None on timeout."""
        if not self.events and select.select([self.socket], [], [], timeout)[0]:
            kind, data = self._message()
            if kind == WATCH_EVENT:
                self.events.append(data.split(b"\0")[0].decode())
        return self.events.pop(0) if self.events else None

    def wait(self, path, accept, timeout=10):
        """Waits until accept(value of path) is true and returns the value; None on timeout.

        Reads the node after each event of a watch on it, so that only a value that is overwritten at once is missed.
        """
        end = time.monotonic() + timeout
        self.watch(path)
        try:
            while True:
                value = self.read(path)
                if accept(value):
                    return "" if value is None else value
                left = end - time.monotonic()
                if left <= 0:
                    return None
                self.next_event(left)
        finally:
            self.unwatch(path)
