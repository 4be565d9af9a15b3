"""What a look at ten TLS endpoints side by side takes."""
import os
import shutil
import statistics
import subprocess
import time

import servers


def measure(table, programs, path):
    folder = os.path.join(path, "tls")
    os.mkdir(folder)
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "60", "-subj", "/CN=localhost", "-addext",
         "subjectAltName=DNS:localhost", "-keyout", f"{folder}/key.pem", "-out", f"{folder}/certificate.pem"],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    first = servers.free_ports(10)
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("proxy", "fastcgi", "uwsgi", "scgi"))
    sites = "".join(
        f"server {{ listen 127.0.0.1:{port} ssl; return 200 ok; }}" for port in range(first, first + 10))
    with open(f"{folder}/nginx.conf", "w") as file:
        file.write(f"""
            daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;
            events {{ worker_connections 1024; }}
            http {{ access_log off; client_body_temp_path {folder}/body; {temporary}
                ssl_protocols TLSv1.2 TLSv1.3;
                ssl_certificate {folder}/certificate.pem; ssl_certificate_key {folder}/key.pem; {sites} }}""")
    program = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
    with servers.running([program, "-p", folder, "-c", f"{folder}/nginx.conf"]):
        servers.until(lambda: servers.answers(first + 9), "nginx")
        command = [programs["guardia"], "tls"] + [f"localhost:{port}" for port in range(first, first + 10)]
        taken = []
        for _ in range(5):
            start = time.monotonic()
            subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            taken.append(time.monotonic() - start)
    table.add("TLS: ten endpoints side by side", statistics.median(taken), 2, "s")
