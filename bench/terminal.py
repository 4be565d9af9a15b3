"""A program on a pseudo-terminal, seen from outside."""
import fcntl
import os
import random
import re
import select
import signal
import statistics
import struct
import termios
import time

KEYS = {"down": b"\x1bOB", "up": b"\x1bOA", "tab": b"\t", "shift-tab": b"\x1b[Z"}
CURSOR_KEYS = {b"\x1bOB": b"\x1b[B", b"\x1bOA": b"\x1b[A"}  # while the program has not asked for application keys
MODE = re.compile(rb"\x1b\[\?([0-9;]+)([hl])")


class Terminal:
    """200 × 60 cells; every byte is taken as soon as it comes."""

    def __init__(self, command, environment=None):
        self.master, self.slave = os.openpty()
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", 60, 200, 0, 0))
        self.before = termios.tcgetattr(self.slave)
        self.output = bytearray()
        self.ended = None
        variables = dict(os.environ, TERM="xterm-256color", LC_ALL="C.UTF-8", **(environment or {}))
        for name in ("LINES", "COLUMNS", "TMUX", "COLORTERM", "NO_COLOR"):
            variables.pop(name, None)
        receiver, sender = os.pipe()  # not inherited across exec: it closes at that instant
        self.pid = os.fork()
        if self.pid == 0:
            try:
                os.setsid()
                fcntl.ioctl(self.slave, termios.TIOCSCTTY, 0)
                for descriptor in (0, 1, 2):
                    os.dup2(self.slave, descriptor)
                for number in (signal.SIGPIPE, signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
                    signal.signal(number, signal.SIG_DFL)
                os.write(sender, struct.pack("d", time.monotonic()))
                os.execvpe(command[0], command, variables)
            finally:
                os._exit(127)
        os.close(sender)
        self.started = struct.unpack("d", os.read(receiver, 8))[0]
        os.close(receiver)
        self.handle = os.pidfd_open(self.pid)
        os.set_blocking(self.master, False)
        self.poll = select.poll()
        self.poll.register(self.master, select.POLLIN)
        self.poll.register(self.handle, select.POLLIN)

    def _take(self):
        """Reads what is there; whether there was anything."""
        taken = False
        while True:
            try:
                data = os.read(self.master, 65536)
            except OSError:
                return taken
            if not data:
                return taken
            self.output += data
            taken = True

    def wait(self, seconds):
        """Reads for at most `seconds`; the instant at which the first bytes were there, or None."""
        for descriptor, _ in self.poll.poll(max(0, seconds) * 1000):
            if descriptor == self.handle and self.ended is None:
                self.ended = time.monotonic()
                self.poll.unregister(self.handle)
                os.waitpid(self.pid, 0)
        now = time.monotonic()
        return now if self._take() else None

    def read(self, seconds):
        """Reads for `seconds`."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and self.ended is None:
            self.wait(left)

    # Figures

    def first_frame(self):
        """Milliseconds from exec until the last byte before the first pause of 60 ms, once a kilobyte has come."""
        last = None
        while self.ended is None:
            came = self.wait(0.06 if last else 5)
            if came:
                last = came
            elif len(self.output) >= 1024 or last is None:
                break
        return (last - self.started) * 1000 if last else None

    def press(self, key):
        data = KEYS[key]
        if b"\x1b[?1h" not in self.output:
            data = CURSOR_KEYS.get(data, data)
        os.write(self.master, data)

    def key_delays(self, keys, count=300):
        """Milliseconds from key to first byte, of `count` keys at random times."""
        delays = []
        chance = random.Random(1)
        for number in range(count):
            self.read(chance.uniform(0.04, 0.14))
            self._take()
            pressed = time.monotonic()
            self.press(keys[number % len(keys)])
            came = self.wait(2)
            if came is None:
                raise SystemExit(f"no answer to {keys[number % len(keys)]}")
            delays.append((came - pressed) * 1000)
        return delays

    # The end

    def leave(self, way):
        """Ends it by the key q, a signal or `hang-up`; (milliseconds, what was not given back)."""
        start = time.monotonic()
        if way == "q":
            os.write(self.master, b"q")
        elif way == "hang-up":
            self.poll.unregister(self.master)
            os.close(self.master)
        else:
            os.kill(self.pid, getattr(signal, way))
        while self.ended is None and time.monotonic() - start < 5:
            self.wait(0.1)
        if self.ended is None:
            self.kill()
            return None, ["never ended"]
        taken = (self.ended - start) * 1000
        if way == "hang-up":
            os.close(self.slave)
            return taken, []  # nothing is left that could be looked at
        self._take()
        wrong = self._modes_left()
        if termios.tcgetattr(self.slave)[:4] != self.before[:4]:
            wrong.append("termios")
        os.close(self.master)
        os.close(self.slave)
        return taken, wrong

    def _modes_left(self):
        """The modes of xterm that are on and should be off, or the other way round for the cursor."""
        modes = {25: True}
        for match in MODE.finditer(bytes(self.output)):
            for number in match.group(1).split(b";"):
                modes[int(number or 0)] = match.group(2) == b"h"
        names = {1049: "alternate screen", 1000: "mouse", 1002: "mouse", 1003: "mouse", 1006: "mouse",
                 2004: "bracketed paste", 1004: "focus"}
        left = [name for number, name in names.items() if modes.get(number)]
        return left + ([] if modes[25] else ["hidden cursor"])

    def kill(self):
        if self.ended is None:
            os.kill(self.pid, signal.SIGKILL)
            while self.ended is None:
                self.wait(1)


def median(values):
    return statistics.median(values)


def p95(values):
    return sorted(values)[int(len(values) * 0.95)]
