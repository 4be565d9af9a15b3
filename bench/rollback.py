"""A rollback from exec to proof, beside a bare nginx reload and a bare rename; and what is lost under load."""
import contextlib
import http.server
import os
import shutil
import subprocess
import threading
import time

import servers
from load import Load
from terminal import median

ROUNDS = 15
SWITCHES = 100
SLOW = 1.5  # seconds
OTHER = {"blue": "green", "green": "blue"}
HELPER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "Config", "edge", "guardia-door")


def passing(to):
    return f'proxy_http_version 1.1; proxy_set_header Connection ""; location / {{ proxy_pass http://{to}; }}'


class Slow(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        time.sleep(SLOW)
        self.send_response(200)
        self.send_header("Content-Length", "3")
        self.end_headers()
        self.wfile.write(b"ok\n")

    def log_message(self, *_):
        pass


class Slows(http.server.ThreadingHTTPServer):
    daemon_threads, request_queue_size = True, 64


class Ground:
    """Two colours, an edge with a door, and one that is switched by a reload."""

    def __init__(self, path, guardia, first):
        self.path, self.guardia = path, guardia
        self.blue, self.green, self.front, self.plain, self.slow = range(first, first + 5)
        self.nginx = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
        self.config, self.helper, self.door = f"{path}/launch.yaml", f"{path}/guardia-door", f"{path}/door"
        self.journal = f"{path}/bench.journal"
        self.unproved = []  # what rollbacks said that did not exit 0
        self.environment = {**os.environ, "GUARDIA_STATE": path}

    def write(self, name, text):
        with open(f"{self.path}/{name}.new", "w") as file:
            file.write(text)
        os.rename(f"{self.path}/{name}.new", f"{self.path}/{name}")

    def server(self, name, http):
        bodies = "".join(f"{kind}_temp_path {self.path}/{name}-{kind};" for kind in ("proxy", "fastcgi", "uwsgi", "scgi"))
        self.write(f"{name}.conf", f"""
            daemon off; worker_processes 2; pid {self.path}/{name}.pid; error_log {self.path}/{name}.log;
            events {{ worker_connections 4096; }}
            http {{ access_log off; keepalive_requests 10000000; keepalive_timeout 300s;
                client_body_temp_path {self.path}/{name}-body; {bodies} {http} }}""")
        return servers.running([self.nginx, "-p", self.path, "-c", f"{self.path}/{name}.conf"])

    def colour(self, name, port):
        return f"""server {{ listen 127.0.0.1:{port}; add_header X-Version v-{name}; add_header X-Colour {name};
            location / {{ return 200 "{name}\\n"; }}
            location = /slow {{ proxy_pass http://127.0.0.1:{self.slow}; }} }}"""

    def rendered(self, part, edge=None):
        command = [self.guardia, "edge", "render", "--config", self.config, *([edge] if edge else []), "--part", part]
        return subprocess.run(command, check=True, capture_output=True, text=True, env=self.environment).stdout

    def edges(self):
        """The edges of the launch config, as YAML."""
        return (f"    - {{name: edge, front: 'http://127.0.0.1:{self.front}', door: {self.door}, helper: {self.helper}}}")

    def describe(self):
        """The launch config, and the helper beside it."""
        shutil.copy(HELPER, self.helper)
        os.chmod(self.helper, 0o755)
        self.write("launch.yaml", f"""
product: {{name: Bench}}
environment: bench
timezone: {{name: America/Argentina/Buenos_Aires, abbreviation: ART}}
journal: {{path: {self.journal}}}
probes: [{{name: machine, type: host}}]
deployment:
  colours: [{{name: blue, hosts: ["127.0.0.1:{self.blue}"]}}, {{name: green, hosts: ["127.0.0.1:{self.green}"]}}]
  edges:
{self.edges()}
  release: {{run: ["true", "{{colour}}", "{{version}}"]}}
operators: [{{anyone: true}}]
panes: {{health: [{{title: Machine, show: machine.cpu, judge: [machine.up]}}]}}
""")

    def make_door(self, door):
        subprocess.run([self.helper, "--door", door, "init", "blue"], check=True, stdout=subprocess.DEVNULL)

    def edge(self, name, front, edge=None):
        """An nginx with a door."""
        return self.server(name, f"{self.rendered('http', edge)} server {{ listen 127.0.0.1:{front}; "
                           f"{self.rendered('server', edge)} {passing('$guardia_colour')} }}")

    def without_door(self):
        return self.server(
            "plain", f"include {self.path}/upstream.conf; server {{ listen 127.0.0.1:{self.plain}; {passing('app')} }}")

    @contextlib.contextmanager
    def watched(self):
        with servers.running([self.guardia, "watch", "--config", self.config, "--log-level", "error"],
                             env=self.environment):
            servers.until(lambda: os.path.exists(self.journal), "the engine")
            time.sleep(4)  # it has a connection to each edge now, and keeps it
            yield

    def plain_upstream(self, colour):
        self.write("upstream.conf", f"upstream app {{ server 127.0.0.1:{getattr(self, colour)}; keepalive 32; }}")

    @contextlib.contextmanager
    def up(self):
        self.describe()
        self.make_door(self.door)
        self.plain_upstream("blue")
        slow = Slows(("127.0.0.1", self.slow), Slow)
        threading.Thread(target=slow.serve_forever, daemon=True).start()
        with contextlib.ExitStack() as stack:
            stack.callback(slow.shutdown)
            stack.enter_context(self.server("colours", self.colour("blue", self.blue) + self.colour("green", self.green)))
            stack.enter_context(self.edge("edge", self.front))
            stack.enter_context(self.without_door())
            servers.until(lambda: all(servers.answers(port) for port in range(self.blue, self.slow)), "nginx")
            stack.enter_context(self.watched())
            yield

    # The switches, each to `colour`

    def roll_back(self, colour):
        done = subprocess.run([self.guardia, "rollback", "--config", self.config, "--to", colour, "--yes"],
                              capture_output=True, text=True, env=self.environment)
        if done.returncode:
            self.unproved.append(f"exit {done.returncode}: {' '.join(done.stdout.split())}")

    def rename(self, colour):
        os.symlink(f"splits/{colour}", f"{self.door}/bench")
        os.rename(f"{self.door}/bench", f"{self.door}/current")

    def reload(self, colour):
        self.plain_upstream(colour)
        for words in (["-t"], ["-s", "reload"]):
            subprocess.run([self.nginx, "-p", self.path, "-c", f"{self.path}/plain.conf", *words], check=True,
                           capture_output=True)

    def serves(self):
        return os.readlink(f"{self.door}/current").rsplit("/", 1)[1]


def timed(ground):
    """Name → [(ms to the last answer of the old colour, ms to the end of the command)], and what was lost by name."""
    # Enough to see within a fraction of a millisecond when the traffic moves, and not so much that the load is measured.
    load = Load((8, ground.front, "/", 0.002), (8, ground.plain, "/", 0.002))
    time.sleep(1)
    actions, plain = [], "blue"
    for _ in range(ROUNDS):
        for name in ("guardia", "rename", "reload"):
            if name == "reload":
                old, port, act, plain = plain, ground.plain, ground.reload, OTHER[plain]
            else:
                old, port = ground.serves(), ground.front
                act = ground.roll_back if name == "guardia" else ground.rename
            start = time.monotonic()
            act(OTHER[old])
            actions.append((name, port, old, start, time.monotonic()))
            time.sleep(0.5)
    answers, lost = load.stop()
    found, losses = {}, {}
    for name, port, old, start, end in actions:
        received = [answer[2] for answer in answers
                    if answer[0] == port and answer[3] == old and start <= answer[2] < end + 0.45]
        found.setdefault(name, []).append(((max(received, default=start) - start) * 1000, (end - start) * 1000))
        losses[name] = losses.get(name, 0) + sum(each[0] == port and start <= each[1] < end + 0.45 for each in lost)
    return found, losses


def measure(table, programs, path):
    print("rollbacks …", flush=True)
    ground = Ground(path, programs["guardia"], servers.free_ports(5))
    with ground.up():
        found, losses = timed(ground)
        middle = {name: [median([each[which] for each in rows]) for which in (0, 1)] for name, rows in found.items()}
        for peer, word in (("reload", "nginx -t, reload"), ("rename", "bare rename")):
            for which, figure, most in ((0, "last answer of the old colour", 40), (1, "exit, with proof", 100)):
                table.add(f"rollback: exec → {figure}", middle["guardia"][which], most if peer == "reload" else None, "ms",
                          word, middle[peer][which])
        slowest = [max(each[which] for each in found["guardia"]) for which in (0, 1)]
        table.note(f"the slowest of {ROUNDS} rollbacks: {slowest[0]:.0f} ms, {slowest[1]:.0f} ms; requests lost: "
                   + ", ".join(f"{name} {count}" for name, count in losses.items()))

        load = Load((32, ground.front, "/", 0), (8, ground.front, "/slow", 0))
        time.sleep(2)
        start, switches = time.monotonic(), []
        for _ in range(SWITCHES):
            began = time.monotonic()
            ground.roll_back(OTHER[ground.serves()])
            switches.append((began, time.monotonic()))
        taken = time.monotonic() - start
        answers, lost = load.stop()
        slow = [(answer[1], answer[2]) for answer in answers if answer[2] - answer[1] >= SLOW]
        over = sum(any(sent < end and began < received for began, end in switches) for sent, received in slow)
        table.add(f"rollback: requests lost in {SWITCHES} switches under 32 connections, 8 slow requests in flight", len(lost), 0)
        table.add(f"rollback: of {ROUNDS + SWITCHES}, not done or not proved", len(ground.unproved), 0)
        for words in ground.unproved[:5]:
            table.note(words)
        table.note(f"those {SWITCHES} switches took {taken:.1f} s, under {len(answers) / (taken + 2):.0f} requests/s: {len(answers)} "
                   f"answered; {over} of {SLOW:g} s were in flight at a switch" + "".join(f"; {why[2]}" for why in lost[:5]))
