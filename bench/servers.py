"""Servers to measure against, in private folders, ended with this process."""
import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time


@contextlib.contextmanager
def folder():
    path = tempfile.mkdtemp(prefix="guardia-bench-")
    os.chmod(path, 0o755)  # PostgreSQL runs as another user
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def running(command, end=signal.SIGTERM, **options):
    options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **options}
    process = subprocess.Popen(command, **options)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(end)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def until(condition, what, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise SystemExit(f"{what} did not come up")
        time.sleep(0.05)


def answers(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_ports(count):
    """The first of `count` ports in a row that nobody holds, below the ephemeral ones."""
    for first in range(21000, 31000 - count, 97):
        with contextlib.ExitStack() as held:
            try:
                for port in range(first, first + count):
                    held.enter_context(socket.socket()).bind(("127.0.0.1", port))
                return first
            except OSError:
                continue
    raise SystemExit(f"no {count} free ports in a row")


@contextlib.contextmanager
def nginx(path, count):
    """An nginx on `count` ports with a small health answer, and its request counter; (first port, counter's port)."""
    first = free_ports(count + 1)
    bodies = "".join(f"{kind}_temp_path {path}/{kind};" for kind in ("proxy", "fastcgi", "uwsgi", "scgi"))
    with open(f"{path}/nginx.conf", "w") as file:
        file.write(f"""
            daemon off; worker_processes 1; pid {path}/nginx.pid; error_log {path}/error.log;
            events {{ worker_connections {count * 2 + 64}; }}
            http {{
                access_log off; keepalive_requests 1000000; keepalive_timeout 300s;
                client_body_temp_path {path}/body; {bodies}
                server {{
                    listen 127.0.0.1:{first}-{first + count - 1};
                    location / {{ default_type application/json; return 200 '{{"status":"ok","version":"1.42.0"}}'; }}
                }}
                server {{ listen 127.0.0.1:{first + count}; location / {{ stub_status; }} }}
            }}""")
    program = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
    with running([program, "-p", path, "-c", f"{path}/nginx.conf"]):
        until(lambda: answers(first + count), "nginx")
        yield first, first + count


def requests(port):
    """How many requests nginx has answered."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
        answer = b"".join(iter(lambda: connection.recv(4096), b""))
    return int(answer.split(b"requests")[1].split()[2])


@contextlib.contextmanager
def postgres(path):
    """A PostgreSQL on a Unix socket in `path`; its connection string."""
    base = "/usr/lib/postgresql"
    programs = f"{base}/{max(os.listdir(base), key=int)}/bin"
    user = {}
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        nobody = pwd.getpwnam("nobody")
        user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    home = f"{path}/database"
    os.mkdir(home)
    if user:
        os.chown(home, user["user"], user["group"])
    subprocess.run([f"{programs}/initdb", "-D", f"{home}/data", "-A", "trust", "-U", "bench", "--no-sync"], check=True,
                   stdout=subprocess.DEVNULL, cwd=home, **user)
    server = [f"{programs}/postgres", "-D", f"{home}/data", "-k", home, "-c", "listen_addresses="]
    target = f"host={home} user=bench dbname=postgres"
    with running(server, end=signal.SIGINT, cwd=home, **user):
        ready = [f"{programs}/psql", "-qAtc", "SELECT 1", target]
        until(lambda: subprocess.run(ready, capture_output=True).returncode == 0, "PostgreSQL")
        yield target


@contextlib.contextmanager
def rehearsal(guardia):
    """`guardia rehearse`; (its process, the path of its journal)."""
    with running([guardia, "rehearse", "--headless"], stdout=subprocess.PIPE, stderr=sys.stderr, text=True) as process:
        # It has deadlines of its own and says what did not come up.
        for line in process.stdout:
            if line.strip().startswith("JOURNAL="):
                journal = line.strip().split("=", 1)[1]
                break
        else:
            raise SystemExit("the rehearsal ended")
        yield process, journal
