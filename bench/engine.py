"""The engine, the journal and the clients, beside bare C loops that do the same."""
import os
import shutil
import subprocess
import time

import process
import servers

TARGETS = 1000
STEADY = 10  # seconds

# What our vitals ask, as far as one statement goes.
SQL = ("SELECT count(*), count(*) FILTER (WHERE state = 'active'), "
       "coalesce(max(extract(epoch FROM now() - xact_start)), 0) FROM pg_stat_activity")


def figures(*command):
    """Runs a program that prints `name value` lines."""
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{os.path.basename(command[0])} failed: {done.stderr.strip()}")
    return {name: float(value) for name, value in (line.split() for line in done.stdout.splitlines())}


def journal(table, programs, source, path):
    """Writes an hour of history after the journal `source`, measures it, and returns its path.

    What is agreed is agreed for two hundred series at 1 Hz; the first frame is that of the launch as it is."""
    bench, agreed, hour = programs["guardia-bench"], f"{path}/agreed.sqlite", f"{path}/hour.sqlite"
    written = figures(bench, "hour", source, agreed, "--series", 200)
    table.add("journal: 48 h of 200 series at 1 Hz", written["journal_bytes_48h"] / 1e6, 80, "MB")
    table.add("journal: recording a tick of them, CPU", written["record_us_per_tick"], None, "µs")
    table.add("journal: loading their last hour", figures(bench, "load", agreed)["load_ms"], 20, "ms")
    written = figures(bench, "hour", source, hour)
    table.add(f"journal: 48 h of the rehearsal, {written['series']:.0f} series", written["journal_bytes_48h"] / 1e6, None, "MB")
    table.add("journal: loading its last hour", figures(bench, "load", hour)["load_ms"], None, "ms")
    seen = figures(bench, "latency", hour)
    table.add("journal: a reader sees a write, at worst", seen["seen_ms_max"], 150, "ms")
    table.add("dashboard: memory grown in a simulated day", figures(bench, "day", hour)["growth_bytes"] / 1e6, 1, "MB")
    return hour


def targets(table, programs, peers, path):
    """A thousand HTTP targets once a second each: `guardia watch` and the bare curl loop, turn about."""
    print(f"{TARGETS} HTTP targets …", flush=True)
    with servers.nginx(path, TARGETS) as (first, counter):
        config = f"{path}/targets.yaml"
        with open(config, "w") as file:
            file.write("product: {name: Bench}\nenvironment: bench\n"
                       "timezone: {name: America/Argentina/Buenos_Aires, abbreviation: ART}\n"
                       f"journal: {{path: {path}/targets.sqlite}}\nprobes:\n")
            file.writelines(f"  - {{name: t{index}, type: http, url: 'http://127.0.0.1:{first + index}/'}}\n"
                            for index in range(TARGETS))
            file.write("panes:\n  health: [{title: First, show: t0.total, judge: [t0.up]}]\n")
        ours, theirs, private = [], [], 0
        for _ in range(2):
            command = [programs["guardia"], "watch", "--config", config, "--log-level", "error"]
            with servers.running(command, stderr=None) as watch:
                time.sleep(8)  # all are connected, each has its second
                if watch.poll() is not None:
                    raise SystemExit("guardia watch ended by itself")
                start, used, answered = time.monotonic(), process.cpu(watch.pid), servers.requests(counter)
                time.sleep(STEADY)
                taken = time.monotonic() - start
                ours.append((process.cpu(watch.pid) - used) / taken * 100)
                rate = (servers.requests(counter) - answered) / taken
                private = max(private, process.memory(watch.pid)[0])
            if not 0.95 * TARGETS < rate < 1.05 * TARGETS:
                table.note(f"the engine asked {rate:.0f} targets a second, not {TARGETS}")
            if "http" in peers:
                bare = figures(peers["http"], first, TARGETS, STEADY)
                theirs.append(bare["cpu_percent"])
                if bare["failures"] or bare["answers_per_s"] < 0.95 * TARGETS:
                    table.note(f"the bare loop had {bare['answers_per_s']:.0f} answers a second, {bare['failures']:.0f} failures")
    table.add(f"engine: {TARGETS} HTTP targets at 1 Hz, CPU", min(ours), unit="%", peer="curl_multi in C" if theirs else "",
              theirs=min(theirs, default=None), ratio_target=1.8)
    table.add(f"engine: {TARGETS} HTTP targets, private memory", private / 1e6, 40, "MB")


def postgres(table, programs, peers, path):
    """A thousand prepared polls, turn about."""
    ours, theirs = [], []
    with servers.postgres(path) as target:
        for _ in range(3):
            ours.append(figures(programs["guardia-bench"], "polls", target, SQL, 1000)["cpu_ms_per_1000"])
            if "postgres" in peers:
                theirs.append(figures(peers["postgres"], target, SQL, 1000)["cpu_ms_per_1000"])
    table.add("PostgreSQL: 1,000 polls, client CPU", min(ours), unit="ms", peer="libpq in C" if theirs else "",
              theirs=min(theirs, default=None), ratio_target=2.5)


def country(table, programs):
    """The map from new data."""
    drawn = figures(programs["guardia-bench"], "map")
    table.add("map at 60×64: a frame from new data", drawn["frame_us"] / 1000, 1, "ms")
    table.add("map at 60×64: rasterised once a size", drawn["raster_ms"], None, "ms")


BOOKINGS = 1_000_000


def kpi(table, programs, path):
    """Fifty business figures every five seconds, on a million bookings."""
    print(f"{BOOKINGS} bookings …", flush=True)
    with servers.postgres(path) as target:
        subprocess.run([programs["barberpro"], "seed", "--postgres", target, "--bookings", str(BOOKINGS)], check=True)
        home = next(part.split("=")[1] for part in target.split() if part.startswith("host="))
        asked = figures(programs["guardia-bench"], "kpi", home)
    if asked["answered_per_round"] < asked["figures"] * 0.9:
        table.note(f"of {asked['figures']:.0f} figures {asked['answered_per_round']:.0f} were answered")
    table.add("50 business figures at 5 s, a million bookings: database CPU", asked["database_percent_of_a_core"], 1,
              "% of a core")


RECORDING = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "Config/recordings/bad-deploy.journal")


def recording(path):
    """The launch that ships, as a journal that may be opened: a reader makes files beside it."""
    return shutil.copy(RECORDING, f"{path}/recording.journal")


def rewind(table, programs, path):
    """Any moment of 48 hours, as key [ and g read it."""
    print("48 hours to go back in …", flush=True)
    seen = figures(programs["guardia-bench"], "rewind", recording(path), f"{path}/past.sqlite")
    series = f"{seen['series']:.0f} series"
    table.add(f"rewind to any moment of 48 h of {series}, p50", seen["rewind_ms_p50"], None, "ms")
    table.add(f"rewind to any moment of 48 h of {series}, p95", seen["rewind_ms_p95"], 100, "ms")
    table.add("rewind, the slowest of 200", seen["rewind_ms_max"], 100, "ms")
    table.add("the event before a moment, p95", seen["event_ms_p95"], 100, "ms")


def kiosk(table, programs, path):
    """A wall that lives through a day."""
    print("a day on a wall …", flush=True)
    lived = figures(programs["guardia-bench"], "kiosk", recording(path), f"{path}/wall.sqlite")
    table.add("kiosk: private memory after an hour", lived["private_bytes_first"] / 1e6, None, "MB")
    table.add(f"kiosk: memory grown in a day at {lived['times_faster']:.0f} × speed", lived["growth_bytes"] / 1e6, 1, "MB")


def alerting(table, programs, path):
    """2,000 rules over 10,000 series every second, and a journal with 100,000 alerts."""
    print("2,000 rules over 10,000 series, and 100,000 alerts …", flush=True)
    bench = programs["guardia-bench"]
    rules = figures(bench, "rules")
    table.add("rules: 2,000 over 10,000 series every second, CPU", rules["rules_cpu_percent"], 10, "%")
    table.add("rules: private memory", rules["rules_memory_bytes"] / 1e6, 100, "MB")
    alerts = figures(bench, "alerts", f"{path}/alerts.sqlite")
    table.add("journal: opening with 100,000 alerts, 1,000 of them firing", alerts["alerts_open_ms"], 100, "ms")
    table.add("journal: the engine taking them up", alerts["alerts_engine_ms"], None, "ms")
    flood = figures(bench, "alerts", f"{path}/flood.sqlite", "--open", "100000")
    table.add("journal: opening with 100,000 alerts, all of them firing", flood["alerts_open_ms"], 100, "ms")
    print("200 faults, from the fault to the feed and to the first page …", flush=True)
    faults = figures(bench, "faults", f"{path}/faults")
    for name, title, limit in (("feed", "fault → feed (interval 1 s)", 1150), ("page", "fault → first page handed over (interval 1 s, for 1 s)", 3000)):
        for figure in ("p50", "p95", "max"):
            table.add(f"{title}, {figure}", faults[f"{name}_ms_{figure}"], limit, "ms")
    table.add("faults that were neither seen nor told", faults["faults_lost"], 0, "")


def report(table, programs, path):
    """Writes 48 hours of 200 series, and the report of them."""
    print("48 hours, to be reported …", flush=True)
    seen = figures(programs["guardia-bench"], "report", f"{path}/report.sqlite")
    table.add("report: 48 h of 200 series as HTML and Markdown", seen["report_ms"] / 1000, 5, "s")
    table.add("report: the page", seen["html_bytes"] / 1e6, 2, "MB")
