"""A backup beside the bare pipeline that it is made of, its restore beside the bare one, and the memory of fingerprints."""
import contextlib
import json
import os
import shutil
import subprocess
import time

import servers
from terminal import median

ROUNDS = 5
BOOKINGS = 1_000_000
# What the scratch server of a drill is started with, so that the bare restore has the same.
SCRATCH = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "wal_level": "minimal", "max_wal_senders": "0",
           "autovacuum": "off", "max_wal_size": "4GB", "checkpoint_timeout": "1h", "shared_buffers": "128MB",
           "maintenance_work_mem": "256MB"}


def programs():
    base = "/usr/lib/postgresql"
    return f"{base}/{max(os.listdir(base), key=int)}/bin"


class Ground:
    def __init__(self, path, guardia, target):
        self.path, self.guardia = path, guardia
        parts = dict(word.split("=", 1) for word in target.split())
        self.host, self.user = parts["host"], parts["user"]
        self.config, self.journal, self.folder = f"{path}/backup.yaml", f"{path}/backup.journal", f"{path}/backups"
        with open(self.config, "w") as file:
            file.write(f"""
product: {{name: Bench}}
environment: bench
timezone: {{name: UTC, abbreviation: UTC}}
journal: {{path: {self.journal}}}
operators: [{{anyone: true}}]
probes:
  - {{name: db, type: postgres, host: {self.host}, database: barberpro, user: {self.user}, sslmode: disable}}
backup:
  database: db
  folder: {self.folder}
  encrypt: none
  limits: {{nice: 0, keep_free: 1MiB}}
  drill: {{folder: {path}}}
panes:
  health: [{{title: Database, show: db.query, judge: [db.up]}}]
""")

    def run(self, *words):
        """(seconds, the most memory of guardia's own process in MiB)"""
        start, most = time.monotonic(), 0
        command = [self.guardia, *words, "--yes", "--json", "--config", self.config, "--reason", "bench"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "GUARDIA_STATE": self.path})
        while process.poll() is None:
            with contextlib.suppress(OSError):
                with open(f"/proc/{process.pid}/status") as file:
                    most = max([most] + [int(line.split()[1]) for line in file if line.startswith("VmHWM")])
            time.sleep(0.01)
        if process.returncode:
            raise SystemExit(f"guardia {' '.join(words)}: {process.stdout.read()}")
        return time.monotonic() - start, most / 1024

    def bare(self):
        start = time.monotonic()
        dump = f"{programs()}/pg_dump -h {self.host} -U {self.user} -Fc -Z0 barberpro"
        subprocess.run(["bash", "-c", f"set -o pipefail; {dump} | zstd -3 -q -c > {self.path}/bare.zst"], check=True)
        return time.monotonic() - start

    def clear(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def restore_step(self):
        """Seconds of the step `restore` of the newest drill, from the journal."""
        tail = subprocess.run([self.guardia, "journal", "tail", "--json", "-n", "60", "--journal", self.journal],
                              capture_output=True, text=True, check=True).stdout
        times = {}
        for line in tail.splitlines():
            event = json.loads(line)
            if event["kind"].startswith("action.step.") and event["body"].get("step") == "restore":
                hours, minutes, seconds = event["time"].split("T")[1].rstrip("Z").split(":")
                times[event["kind"]] = int(hours) * 3600 + int(minutes) * 60 + float(seconds.split("+")[0])
        return (times["action.step.ended"] - times["action.step.started"]) % 86400


def bare_restore(path):
    """Seconds of pg_restore into a server like a drill's."""
    home = f"{path}/bare"
    os.mkdir(home)
    user = {}
    if os.geteuid() == 0:
        shutil.chown(home, "postgres", "postgres")
        user = {"user": "postgres", "group": "postgres", "extra_groups": []}
    subprocess.run([f"{programs()}/initdb", "-D", f"{home}/data", "-A", "trust", "-U", "bench", "--no-sync", "--locale=C.UTF-8"],
                   check=True, stdout=subprocess.DEVNULL, cwd=home, **user)
    settings = [word for item in SCRATCH.items() for word in ("-c", "=".join(item))]
    server = [f"{programs()}/postgres", "-D", f"{home}/data", "-k", home, "-c", "listen_addresses=", *settings]
    with servers.running(server, end=2, cwd=home, **user):
        connect = ["-h", home, "-U", "bench"]
        servers.until(lambda: subprocess.run([f"{programs()}/psql", *connect, "-qAtc", "SELECT 1", "postgres"],
                                             capture_output=True).returncode == 0, "PostgreSQL")
        for role in ("barberpro", "guardia", "guardia_backup"):
            subprocess.run([f"{programs()}/createuser", *connect, role], check=True)
        subprocess.run([f"{programs()}/createdb", *connect, "-T", "template0", "barberpro"], check=True)
        start = time.monotonic()
        restore = f"zstd -dc -q {path}/bare.zst | {programs()}/pg_restore -h {home} -U bench --exit-on-error -d barberpro"
        subprocess.run(["bash", "-c", f"set -o pipefail; {restore}"], check=True)
        taken = time.monotonic() - start
    shutil.rmtree(home)
    return taken


def measure(table, programs_of_ours, path):
    print("backups …", flush=True)
    with servers.postgres(path) as target:
        barberpro = os.path.join(os.path.dirname(programs_of_ours["guardia"]), "barberpro")
        seed = [barberpro, "seed", "--postgres", target, "--bookings", str(BOOKINGS)]
        subprocess.run(seed, check=True, stdout=subprocess.DEVNULL)
        ground = Ground(path, programs_of_ours["guardia"], target)
        ours, theirs, memory = [], [], []
        ground.bare()
        for _ in range(ROUNDS):
            theirs.append(ground.bare())
            ground.clear()
            seconds, most = ground.run("backup", "run")
            ours.append(seconds)
            memory.append(most)
        table.add("backup: a million bookings, fingerprints and counts and all", median(ours), unit="s",
                  peer="pg_dump -Z0 | zstd", theirs=median(theirs), ratio_target=1.1)
        table.add("backup: the most memory of guardia's process", max(memory), 50, "MiB")
        ours, theirs = [], []
        for _ in range(3):
            theirs.append(bare_restore(path))
            ground.run("drill", "restore")
            ours.append(ground.restore_step())
        table.add("restore: the same, its step in a drill", median(ours), unit="s", peer="zstd | pg_restore",
                  theirs=median(theirs), ratio_target=1.1)
