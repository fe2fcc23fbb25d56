# SPDX-License-Identifier: MIT
"""Clients of the control socket that flood, break its protocol, never read, or die half-way."""
import os
import socket
import struct

from rig.machine import wait_until
from rig.runner import check
from rig.weston import SCALE
from stage import case

CREATE_CHANGE, CAPTURE = 1, 2
CAPTURING = "[xen-display]\ncontrol-capture=true\n"
SCREEN_STATISTICS, SCREEN_TRACE = 1, 2
CHANGE_DESTROY, CHANGE_HIDE, CHANGE_TEST, CHANGE_APPLY = 0, 5, 8, 9
ERROR, SCREEN, DONE = 0, 5, 6
DISPLAY, REGISTRY, MANAGER = 1, 2, 3


def packed(values):
    data = b""
    for value in values:
        if isinstance(value, str):
            text = value.encode() + b"\0"
            data += struct.pack("=I", len(text)) + text.ljust((len(text) + 3) // 4 * 4, b"\0")
        else:
            data += struct.pack("=I", value)
    return data


class Client:
    """Encodes messages itself, so that it can send what no library would."""

    def __init__(self, stage):
        self.path = f"{stage.weston.home}/wayland-sim-xen-display"
        check(wait_until(lambda: os.path.exists(self.path), 5 * SCALE), "there is no control socket")
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(self.path)
        self.socket.settimeout(10 * SCALE)
        self.received = b""
        self.next_id = MANAGER

    def message(self, target, opcode, *values):
        data = packed(values)
        return struct.pack("=II", target, (8 + len(data)) << 16 | opcode) + data

    def send(self, target, opcode, *values):
        self.socket.sendall(self.message(target, opcode, *values))

    def event(self):
        """The next event as (object, opcode, data); None if the connection is closed."""
        while True:
            if len(self.received) >= 8:
                target, word = struct.unpack("=II", self.received[:8])
                if len(self.received) >= word >> 16:
                    data = self.received[8:word >> 16]
                    self.received = self.received[word >> 16:]
                    return target, word & 0xffff, data
            try:
                more = self.socket.recv(65536)
            except ConnectionError:
                return None
            if not more:
                return None
            self.received += more

    def new(self):
        self.next_id += 1
        return self.next_id

    def bind(self, target=MANAGER):
        """Binds the manager to that object id."""
        if target == MANAGER:
            self.send(DISPLAY, 1, REGISTRY)
            while True:
                number, opcode, data = self.event()
                if number == REGISTRY and opcode == 0 and b"xen_display_manager_v1" in data:
                    break
            self.name = struct.unpack("=I", data[:4])[0]
        self.send(REGISTRY, 0, self.name, "xen_display_manager_v1", 1, target)

    def state(self):
        """Binds; returns the screens and the serial."""
        self.bind()
        screens = []
        while True:
            target, opcode, data = self.event()
            if target == MANAGER and opcode == SCREEN:
                screens += struct.unpack("=I", data)
            if target == MANAGER and opcode == DONE:
                return screens, struct.unpack("=I", data)[0]

    def is_ended(self):
        """Waits until Weston closes the connection; what it sends before does not matter."""
        while self.event() is not None:
            pass
        self.socket.close()


def is_served(stage):
    """A correct client still gets the list of screens."""
    client = Client(stage)
    screens, _ = client.state()
    check(screens, "a correct client is told of no screen")
    client.socket.close()
    stage.step()


@case("320x240")
def control_floods(stage):
    stage.guest.picture(1, size=(320, 240))
    client = Client(stage)
    client.state()
    for _ in range(40):
        burst = b""
        for _ in range(500):
            change = client.new()
            burst += client.message(MANAGER, CREATE_CHANGE, change, 0) + client.message(change, CHANGE_TEST) + \
                client.message(change, CHANGE_DESTROY)
            # The id could be reused once Weston says so; the client does not wait for that.
        client.socket.sendall(burst)
        stage.step()
        client.socket.setblocking(False)
        try:
            while client.socket.recv(1 << 20):
                pass
        except BlockingIOError:
            pass
        client.socket.settimeout(10 * SCALE)
    client.socket.close()
    is_served(stage)


@case("320x240", config=CAPTURING)
def control_breaks_the_protocol(stage):
    stage.guest.picture(1, size=(320, 240))

    def second_manager(client, screens, serial):
        client.bind(client.new())

    def seventeen_changes(client, screens, serial):
        for _ in range(17):
            client.send(MANAGER, CREATE_CHANGE, client.new(), serial)

    def five_captures(client, screens, serial):
        for _ in range(5):
            client.send(MANAGER, CAPTURE, client.new(), screens[0])

    def seventeen_answers(client, screens, serial):
        for _ in range(17):
            client.send(screens[0], SCREEN_TRACE, client.new())

    def short_interval(client, screens, serial):
        client.send(screens[0], SCREEN_STATISTICS, client.new(), 99)

    def many_statistics(client, screens, serial):
        for _ in range(33):
            client.send(screens[0], SCREEN_STATISTICS, client.new(), 1000)

    def change_used_twice(client, screens, serial):
        change = client.new()
        client.send(MANAGER, CREATE_CHANGE, change, serial)
        client.send(change, CHANGE_TEST)
        client.send(change, CHANGE_APPLY)

    def unknown_flag(client, screens, serial):
        change = client.new()
        client.send(MANAGER, CREATE_CHANGE, change, serial)
        client.send(change, CHANGE_HIDE, screens[0], 2)

    def unknown_object(client, screens, serial):
        client.send(4711, 0)

    def not_a_screen(client, screens, serial):
        change = client.new()
        client.send(MANAGER, CREATE_CHANGE, change, serial)
        client.send(change, CHANGE_HIDE, change, 1)

    for fault in (second_manager, seventeen_changes, five_captures, seventeen_answers, short_interval, many_statistics,
                  change_used_twice, unknown_flag, unknown_object, not_a_screen):
        client = Client(stage)
        fault(client, *client.state())
        client.is_ended()
        stage.step()
    is_served(stage)


@case("320x240")
def control_never_reads(stage):
    stage.guest.picture(1, size=(320, 240))
    client = Client(stage)
    screens, _ = client.state()
    for _ in range(32):
        client.send(screens[0], SCREEN_STATISTICS, client.new(), 100)
    # A client that requested so much and reads nothing is disconnected when the socket is full.
    try:
        for _ in range(2000):
            client.send(MANAGER, CREATE_CHANGE, client.new(), 0)
            client.send(client.next_id, CHANGE_TEST)
            client.send(client.next_id, CHANGE_DESTROY)
            if client.next_id % 50 == 0:
                stage.step()
    except OSError:
        pass

    def is_closed():
        stage.step()
        try:
            client.send(DISPLAY, 0, client.new())
        except OSError:
            return True
        return False

    check(wait_until(is_closed, 60 * SCALE, 0.05), "a client that never reads is not disconnected")
    client.socket.close()
    is_served(stage)


@case("320x240", config=CAPTURING)
def control_dies(stage):
    stage.guest.picture(1, size=(320, 240))
    for number in range(40):
        client = Client(stage)
        if number % 4 > 0:
            screens, serial = client.state()
        if number % 4 > 1:
            client.send(screens[0], SCREEN_STATISTICS, client.new(), 100)
            client.send(MANAGER, CREATE_CHANGE, client.new(), serial)
        if number % 4 > 2:
            client.send(client.next_id, CHANGE_HIDE, screens[0], number // 4 % 2)
            client.send(client.next_id, CHANGE_APPLY)
            for screen in screens:
                client.send(MANAGER, CAPTURE, client.new(), screen)
        client.socket.close()
        if number % 8 == 5:
            stage.guest.ok("config-off 0 0")
            stage.guest.show(1, 320, 240)
        stage.step()
    is_served(stage)


@case("320x240")
def control_connects_without_end(stage):
    stage.guest.picture(1, size=(320, 240))
    clients = []
    for number in range(100):
        client = Client(stage)
        clients.append(client)
        if number % 10 == 0:
            stage.step()
    served = 0
    for client in clients:
        try:
            client.bind()
            served += 1
        except (OSError, TypeError):
            pass
        client.socket.close()
    check(served <= 8, f"{served} clients are served at a time, more than 8")
    stage.step()
    is_served(stage)
