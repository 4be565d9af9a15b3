"""make bench: the figures of docs/performance.md. Needs the release build; standard library only."""
import argparse
import os
import platform
import shutil
import subprocess
import time

import backup
import dashboard
import engine
import fleet
import process
import rollback
import servers
import tls
from table import Table

HERE = os.path.dirname(os.path.abspath(__file__))
PRODUCTS = os.path.join(os.path.dirname(HERE), ".build", "release")
PARTS = (
    "dashboard", "journal", "engine", "postgres", "alerting", "rollback", "edges", "map", "kpi", "rewind", "kiosk", "report",
    "tls", "backup",
)


def machine():
    with open("/proc/cpuinfo") as file:
        model = next((line.split(":")[1].strip() for line in file if line.startswith("model name")), platform.machine())
    with open("/etc/os-release") as file:
        system = next(line.split("=")[1].strip().strip('"') for line in file if line.startswith("PRETTY_NAME"))
    start, busy = time.monotonic(), process.busy()
    time.sleep(2)
    busy = (process.busy() - busy) / (time.monotonic() - start)
    return (f"{os.cpu_count()} × {model}, {system}, Linux {platform.release()}, "
            f"{time.strftime('%Y-%m-%d %H:%M', time.gmtime())} UTC; before the run {busy:.1f} cores were busy with other work")


def compile_peers(path, table):
    """The bare loops, compiled into `path`; those that cannot be are said and left out."""
    include = subprocess.run(["pg_config", "--includedir"], capture_output=True, text=True).stdout.strip()
    peers = {}
    for name, libraries in (("echo", []), ("http", ["-lcurl"]), ("postgres", [f"-I{include}", "-lpq"])):
        command = ["cc", "-O2", "-o", f"{path}/{name}", f"{HERE}/peers/{name}.c", *libraries]
        done = shutil.which("cc") and subprocess.run(command, capture_output=True, text=True)
        if done and done.returncode == 0:
            peers[name] = f"{path}/{name}"
        else:
            table.note(f"bench/peers/{name}.c could not be compiled: {done.stderr.strip() if done else 'no cc'}")
    for name in ("htop", "btop"):
        if shutil.which(name):
            peers[name] = shutil.which(name)
        else:
            table.note(f"no {name} here: left out")
    return peers


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"of {', '.join(PARTS)}; otherwise all")
    wanted = parser.parse_args().parts or PARTS
    if unknown := set(wanted) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    programs = {name: os.path.join(PRODUCTS, name) for name in ("guardia", "guardia-bench", "barberpro")}
    if set(wanted) <= {"rollback", "edges", "tls", "backup"}:
        del programs["guardia-bench"]
    if set(wanted) <= {"map", "kpi", "rewind", "kiosk", "report"}:
        del programs["guardia"]
    if "kpi" not in wanted:
        del programs["barberpro"]
    for program in programs.values():
        if not os.path.exists(program):
            parser.error(f"{program} is missing: `make bench` builds it")

    table = Table()
    description = machine()
    print(description)
    with servers.folder() as path:
        peers = compile_peers(path, table)
        if {"dashboard", "journal"} & set(wanted):
            print("a rehearsal, to be looked at …", flush=True)
            with servers.rehearsal(programs["guardia"]) as (rehearsal, journal):
                time.sleep(20)
                hour = engine.journal(table, programs, journal, path)
                if "dashboard" in wanted:
                    dashboard.measure(table, programs, peers, rehearsal.pid, journal)
            if "dashboard" in wanted:
                dashboard.first_frames(table, programs, peers, hour)
        if "engine" in wanted:
            engine.targets(table, programs, peers, path)
        if "postgres" in wanted:
            engine.postgres(table, programs, peers, path)
        if "map" in wanted:
            engine.country(table, programs)
        if "kpi" in wanted:
            engine.kpi(table, programs, path)
        if "rewind" in wanted:
            engine.rewind(table, programs, path)
        if "kiosk" in wanted:
            engine.kiosk(table, programs, path)
        if "report" in wanted:
            engine.report(table, programs, path)
        if "alerting" in wanted:
            engine.alerting(table, programs, path)
        if "rollback" in wanted:
            rollback.measure(table, programs, path)
        if "backup" in wanted:
            backup.measure(table, programs, path)
        if "edges" in wanted:
            fleet.measure(table, programs, path)
        if "tls" in wanted:
            tls.measure(table, programs, path)
    print(f"\n{description}\n\n{table}")
    if table.over:
        raise SystemExit(f"over their targets: {len(table.over)}: {'; '.join(table.over)}")


main()
