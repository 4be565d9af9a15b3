"""What /proc knows about a process."""
import os


def cpu(pid):
    """Seconds of CPU that all live threads of `pid` have used."""
    total = 0
    for thread in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{thread}/schedstat") as file:
                total += int(file.read().split()[0])
        except FileNotFoundError:
            pass  # it has ended meanwhile
    return total / 1e9


def libraries(pid):
    """The shared libraries that a process has opened."""
    with open(f"/proc/{pid}/maps") as file:
        return {line.split()[-1] for line in file if ".so" in line}


def memory(pid):
    """(private, proportional) bytes: Private_Dirty and Pss of smaps_rollup."""
    with open(f"/proc/{pid}/smaps_rollup") as file:
        sizes = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in file if line.endswith("kB\n")}
    return sizes["Private_Dirty"], sizes["Pss"]


def descendants(pid):
    found = []
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/children") as file:
            for child in map(int, file.read().split()):
                found += [child] + descendants(child)
    return found


def arguments(pid):
    with open(f"/proc/{pid}/cmdline", "rb") as file:
        return file.read().decode(errors="replace").split("\0")[:-1]


def busy():
    """CPU seconds that the whole machine has worked."""
    with open("/proc/stat") as file:
        ticks = [int(field) for field in file.readline().split()[1:9]]
    return (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")
