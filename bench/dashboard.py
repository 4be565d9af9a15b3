"""The dashboard on a pseudo-terminal of 200 × 60, beside other full-screen programs."""
import os
import tempfile
import time

import process
from terminal import Terminal, median, p95

STEADY = 30  # seconds
STARTS = 20
WAYS = ("q", "SIGTERM", "SIGHUP", "SIGINT", "hang-up")

# What btop is told: to refresh every second, as the others do.
BTOP = "update_ms = 1000\n"


def commands(guardia, journal, peers, home):
    """Name → (command, two keys that change the screen)."""
    found = {"guardia": ([guardia, "--journal", journal], ("tab", "shift-tab"))}
    if "htop" in peers:
        found["htop"] = ([peers["htop"], "-d", "10"], ("down", "up"))
    if "btop" in peers:
        os.makedirs(f"{home}/.config/btop", exist_ok=True)
        with open(f"{home}/.config/btop/btop.conf", "w") as file:
            file.write(BTOP)
        found["btop"] = ([peers["btop"]], ("down", "up"))
    return found


def steady(terminal, seconds, also=()):
    """(CPU % of a core, bytes a second) over `seconds`, and the CPU % of the other processes `also`."""
    pids = [terminal.pid, *also]
    start, used, written = time.monotonic(), [process.cpu(pid) for pid in pids], len(terminal.output)
    terminal.read(seconds)
    taken = time.monotonic() - start
    shares = [(process.cpu(pid) - before) / taken * 100 for pid, before in zip(pids, used)]
    return shares[0], (len(terminal.output) - written) / taken, shares[1:]


def first_frames(table, programs, peers, hour):
    """What a start takes, in turn with the other programs'. Nothing else runs: a bastion is not where the launch is served."""
    with tempfile.TemporaryDirectory(prefix="guardia-bench-home-") as home:
        environment = {"HOME": home, "XDG_CONFIG_HOME": f"{home}/.config", "XDG_STATE_HOME": home}
        frames = {}
        for _ in range(STARTS):
            for name, (command, _) in commands(programs["guardia"], hour, peers, home).items():
                terminal = Terminal(command, environment)
                frames.setdefault(name, []).append(terminal.first_frame())
                terminal.kill()
                time.sleep(0.3)  # what it started itself ends
        for name in [name for name in ("htop", "btop") if name in frames] or [None]:
            goal = 40 if name != "btop" or "htop" not in frames else None
            peer = (name, median(frames[name])) if name else ()
            table.add("dashboard: exec → first full frame", median(frames["guardia"]), goal, "ms", *peer)
        started = sorted(frames["guardia"])
        table.note(f"of {STARTS} first frames the quickest took {started[0]:.1f} ms, a quarter at most "
                   f"{started[STARTS // 4]:.1f}, the slowest {started[-1]:.1f} ms")


def measure(table, programs, peers, rehearsal, journal):
    watch = next(pid for pid in process.descendants(rehearsal) if process.arguments(pid)[1:2] == ["watch"])
    with tempfile.TemporaryDirectory(prefix="guardia-bench-home-") as home:
        environment = {"HOME": home, "XDG_CONFIG_HOME": f"{home}/.config", "XDG_STATE_HOME": home}
        programs_shown = commands(programs["guardia"], journal, peers, home)
        cpu, written, delays = {}, {}, {}
        for name, (command, keys) in programs_shown.items():
            terminal = Terminal(command, environment)
            terminal.read(5)
            cpu[name], written[name], others = steady(
                terminal, STEADY if name == "guardia" else STEADY / 2, [watch] if name == "guardia" else [])
            if name == "guardia":
                private, proportional = process.memory(terminal.pid)
                libraries = len(process.libraries(terminal.pid))
                watching = others[0]
            delays[name] = terminal.key_delays(keys)
            terminal.kill()
        if "echo" in peers:
            terminal = Terminal([peers["echo"]], environment)
            terminal.read(0.5)
            delays["echo"] = terminal.key_delays(("tab", "shift-tab"))
            terminal.kill()
        table.add("engine on the rehearsal, recording included: CPU", watching, 3, "%")
        for name in ("htop", "btop"):
            if name in cpu:
                first = name == "htop" or "htop" not in cpu
                goal = lambda value: value if first else None
                table.add("dashboard: CPU", cpu["guardia"], goal(0.3), "%", name, cpu[name])
                table.add("dashboard: to the terminal", written["guardia"], goal(1500), "B/s", name, written[name])
                table.add("dashboard: key → first byte p50", median(delays["guardia"]), goal(0.5), "ms", name,
                          median(delays[name]))
                table.add("dashboard: key → first byte p95", p95(delays["guardia"]), goal(1), "ms", name, p95(delays[name]))
        if len(cpu) == 1:
            table.add("dashboard: CPU", cpu["guardia"], 0.3, "%")
            table.add("dashboard: to the terminal", written["guardia"], 1500, "B/s")
            table.add("dashboard: key → first byte p50", median(delays["guardia"]), 0.5, "ms")
            table.add("dashboard: key → first byte p95", p95(delays["guardia"]), 1, "ms")
        if "echo" in delays:
            table.add("key → first byte p50, against the floor", median(delays["guardia"]), None, "ms", "raw echo",
                      median(delays["echo"]))
            table.add("key → first byte p95, against the floor", p95(delays["guardia"]), None, "ms", "raw echo",
                      p95(delays["echo"]))
        table.add("dashboard: private memory", private / 1e6, 10, "MB")
        table.add("dashboard: proportional memory (PSS)", proportional / 1e6, 24, "MB")
        table.add("dashboard: shared libraries opened", libraries, 14, "files")
        for way in WAYS:
            terminal = Terminal([programs["guardia"], "--journal", journal], environment)
            terminal.read(1.3)
            taken, wrong = terminal.leave(way)
            table.add(f"dashboard: exit by {way}", taken, 10, "ms")
            if wrong:
                table.note(f"after {way} the terminal was not given back: {', '.join(wrong)}")
