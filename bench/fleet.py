"""Ten edges over SSH beside one: when the last door has switched. And what a door costs a request that passes it."""
import contextlib
import getpass
import http.server
import os
import subprocess
import threading
import time

import process
import servers
from load import Load
from rollback import OTHER, Ground
from terminal import median

EDGES = 10
ROUNDS = 11
TURNS = 8
THINKING = 0.005  # seconds that the application takes


class Fleet(Ground):
    """`count` edges on this machine, each with an nginx, a door and an sshd of its own whose one key may only ask the helper."""

    def __init__(self, path, guardia, first, count):
        os.mkdir(path)
        super().__init__(path, guardia, first)
        self.names = [f"edge-{number}" for number in range(1, count + 1)]
        self.fronts = range(first + 5, first + 5 + count)
        self.shells = range(first + 5 + count, first + 5 + 2 * count)

    @staticmethod
    def ports(count):
        return 5 + 2 * count

    def edges(self):
        return "\n".join(
            f"    - {{name: {name}, front: 'http://127.0.0.1:{front}', door: {self.path}/{name}/door, helper: {self.helper},\n"
            f"       ssh: {{host: 127.0.0.1, port: {shell}, user: {getpass.getuser()}, key: {self.path}/key, "
            f"known_hosts: {self.path}/known_hosts}}}}"
            for name, front, shell in zip(self.names, self.fronts, self.shells))

    def sshd(self, name, front, shell):
        with open(f"{self.path}/key.pub") as file:
            key = file.read()
        self.write(f"{name}/authorized_keys", f'restrict,port-forwarding,permitopen="127.0.0.1:{front}",'
                   f'command="{self.helper} --door {self.path}/{name}/door serve" {key}')
        self.write(f"{name}/sshd_config", f"""
            Port {shell}
            ListenAddress 127.0.0.1
            HostKey {self.path}/host
            PidFile none
            AuthorizedKeysFile {self.path}/{name}/authorized_keys
            StrictModes no
            UsePAM no
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            PermitRootLogin prohibit-password
            """)
        return servers.running(["/usr/sbin/sshd", "-D", "-f", f"{self.path}/{name}/sshd_config"])

    @contextlib.contextmanager
    def up(self):
        os.chmod(self.path, 0o755)
        for name in ("key", "host"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{self.path}/{name}"], check=True)
        with open(f"{self.path}/host.pub") as file:
            host = file.read()
        self.write("known_hosts", "".join(f"[127.0.0.1]:{shell} {host}" for shell in self.shells))
        self.describe()
        if os.geteuid() == 0:
            os.makedirs("/run/sshd", mode=0o755, exist_ok=True)
        with contextlib.ExitStack() as stack:
            stack.enter_context(self.server("colours", self.colour("blue", self.blue) + self.colour("green", self.green)))
            for name, front, shell in zip(self.names, self.fronts, self.shells):
                os.mkdir(f"{self.path}/{name}")
                self.make_door(f"{self.path}/{name}/door")
                stack.enter_context(self.edge(name, front, name))
                stack.enter_context(self.sshd(name, front, shell))
            servers.until(lambda: all(servers.answers(port) for port in [*self.fronts, *self.shells]), "the edges")
            stack.enter_context(self.watched())
            yield

    def serves(self):
        return os.readlink(f"{self.path}/{self.names[0]}/door/current").rsplit("/", 1)[1]

    def switched(self, colour):
        """Milliseconds from exec until the last door led to `colour`, by the clock that the kernel stamps files with."""
        start = time.clock_gettime_ns(5)  # CLOCK_REALTIME_COARSE
        self.roll_back(colour)
        links = [f"{self.path}/{name}/door/current" for name in self.names]
        for link in links:
            if os.readlink(link).rsplit("/", 1)[1] != colour:
                self.unproved.append(f"{link} did not switch")
        return (max(os.lstat(link).st_ctime_ns for link in links) - start) / 1e6


def edges(table, programs, path):
    print(f"one edge and {EDGES} over SSH …", flush=True)
    first = servers.free_ports(Fleet.ports(1) + Fleet.ports(EDGES))
    one = Fleet(f"{path}/one", programs["guardia"], first, 1)
    ten = Fleet(f"{path}/ten", programs["guardia"], first + Fleet.ports(1), EDGES)
    taken = {one: [], ten: []}
    with one.up(), ten.up():
        for _ in range(ROUNDS):
            for fleet in (one, ten):
                taken[fleet].append(fleet.switched(OTHER[fleet.serves()]))
                time.sleep(0.3)
    table.add(f"rollback: exec → the last of {EDGES} edges over SSH has switched", median(taken[ten]), None, "ms",
              "one edge over SSH", median(taken[one]), 1.5)
    unproved = one.unproved + ten.unproved
    table.add(f"rollback: of {2 * ROUNDS} over SSH, not done or not proved", len(unproved), 0)
    for words in unproved[:5]:
        table.note(words)


class Thinking(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        time.sleep(THINKING)
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Colour: blue\r\nContent-Length: 3\r\n\r\nok\n")

    def log_message(self, *_):
        pass


class Application(http.server.ThreadingHTTPServer):
    daemon_threads, request_queue_size = True, 64


class Gate(Ground):
    """The same nginx twice, before the same application: with a door, and without."""

    @contextlib.contextmanager
    def up(self):
        self.describe()
        self.make_door(self.door)
        self.plain_upstream("blue")
        application = Application(("127.0.0.1", self.slow), Thinking)
        threading.Thread(target=application.serve_forever, daemon=True).start()
        # A colour is an nginx that has the application behind it.
        thinking = ('location = /thinking { proxy_http_version 1.1; proxy_set_header Connection ""; '
                    'proxy_pass http://thinking; }')
        upstream = f"upstream thinking {{ server 127.0.0.1:{self.slow}; keepalive 32; }}"
        with contextlib.ExitStack() as stack:
            stack.callback(application.shutdown)
            stack.enter_context(self.server("colours", upstream + "".join(
                self.colour(name, port).replace("location = /slow", f"{thinking} location = /slow")
                for name, port in (("blue", self.blue), ("green", self.green)))))
            self.door_edge = stack.enter_context(self.edge("edge", self.front))
            self.plain_edge = stack.enter_context(self.without_door())
            servers.until(lambda: all(servers.answers(port) for port in range(self.blue, self.slow)), "nginx")
            yield


def door(table, programs, path):
    print("the door's cost …", flush=True)
    folder = f"{path}/gate"
    os.mkdir(folder)
    os.chmod(folder, 0o755)
    gate = Gate(folder, programs["guardia"], servers.free_ports(5))
    costs, waits = {"door": [], "plain": []}, {"door": [], "plain": []}
    with gate.up():
        sides = (("door", gate.door_edge, gate.front), ("plain", gate.plain_edge, gate.plain))
        for turn in range(TURNS):
            for name, edge, port in sides if turn % 2 else reversed(sides):
                workers = process.descendants(edge.pid)
                before = sum(map(process.cpu, workers))
                load = Load((16, port, "/", 0))
                time.sleep(2)
                answers, lost = load.stop()
                costs[name].append((sum(map(process.cpu, workers)) - before) / len(answers) * 1e6)
                load = Load((4, port, "/thinking", 0.01))
                time.sleep(2)
                answers, _ = load.stop()
                waits[name].append(median([(received - sent) * 1000 for _, sent, received, _ in answers]))
                if lost:
                    table.note(f"{name}: {len(lost)} requests lost: {lost[0][2]}")
    with_door, without = median(costs["door"]), median(costs["plain"])
    table.add("door: edge's CPU a request", with_door, None, "µs", "the same nginx without it", without)
    table.add("door: what it adds to a request", with_door - without, 6, "µs")
    table.add(f"door: p50 of an application that takes {THINKING * 1000:g} ms", median(waits["door"]), None, "ms",
              "the same nginx without it", median(waits["plain"]), 1.02)


def measure(table, programs, path):
    edges(table, programs, path)
    door(table, programs, path)
