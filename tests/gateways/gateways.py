"""Servers that stand between an app and its platform: nginx, lighttpd and squid, with files of their own only."""

import contextlib
import dataclasses
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
# What a program under test gets from this machine's environment would decide the test.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
ENVIRONMENT["PATH"] += ":/usr/sbin"  # where Debian has servers


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@contextlib.contextmanager
def running(port, *command, host="127.0.0.1"):
    """A server that listens at the port within the block."""
    process = subprocess.Popen([str(part) for part in command], env=ENVIRONMENT, stdout=subprocess.DEVNULL)
    try:
        wait_for((host, port), process)
        yield process
    finally:
        process.terminate()
        process.wait(timeout=60)


def wait_for(address, process):
    while True:
        assert process.poll() is None, f"{process.args[0]} ended with {process.returncode}"
        with contextlib.suppress(OSError), socket.create_connection(address, 1):
            return
        time.sleep(0.05)


@contextlib.contextmanager
def sandbox(folder):
    """The platform: what an app needs to know of it."""
    ready = folder / "ready.json"
    command = [TARGET / "debug" / "appmint-sandbox", "--platform", "github", "--ready-file", ready,
               "--key-out", folder / "app.pem", "--until-stdin-closes"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    try:
        while not ready.exists():
            assert process.poll() is None, "the sandbox did not start"
            time.sleep(0.05)
        yield json.loads(ready.read_text("utf-8"))
    finally:
        process.stdin.close()
        process.wait(timeout=60)


@contextlib.contextmanager
def nginx(folder, server, locations):
    """nginx with one server; `server` says where it listens."""
    port = free_port()
    configuration = folder / "nginx.conf"
    configuration.write_text(f"""
        daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
        {"user root;" if os.geteuid() == 0 else ""}
        events {{ worker_connections 64; }}
        http {{
          access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
          fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
          server {{ {server.format(port=port, folder=folder)} {locations} }}
        }}""", "utf-8")
    with running(port, "nginx", "-c", configuration, "-e", folder / "nginx.log"):
        yield port


@contextlib.contextmanager
def lighttpd(folder, upstream):
    """lighttpd as a reverse proxy."""
    port = free_port()
    configuration = folder / "lighttpd.conf"
    host, upstream_port = upstream.removeprefix("http://").split(":")
    configuration.write_text(f"""
        server.modules = ("mod_proxy")
        server.document-root = "{folder}"
        server.bind = "127.0.0.1"
        server.port = {port}
        proxy.server = ("" => (("host" => "{host}", "port" => {upstream_port})))
        """, "utf-8")
    with running(port, "lighttpd", "-D", "-f", configuration):
        yield port


@dataclasses.dataclass
class Proxy:
    port: int
    log: Path

    def connects(self):
        """The lines of the log about tunnels that were asked for."""
        return [line for line in self.log.read_text("utf-8").splitlines() if "CONNECT" in line]


@contextlib.contextmanager
def squid(hosts, users=None, rules="http_access allow all", listen="http_port 127.0.0.1:{port}"):
    """squid as a forward proxy, which knows these hosts, and asks for a password if there are `users`."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if os.geteuid() == 0:  # squid refuses to be root, and must read and write here
            folder.chmod(0o755)
            shutil.chown(folder, "proxy")
        with running_squid(folder, hosts, users, rules, listen) as port:
            yield Proxy(port, folder / "access.log")


@contextlib.contextmanager
def running_squid(folder, hosts, users, rules, listen):
    port = free_port()
    (folder / "hosts").write_text("".join(f"127.0.0.1 {host}\n" for host in hosts), "utf-8")
    authentication = ""
    if users:
        hashed = (subprocess.run(["openssl", "passwd", "-apr1", password], check=True, capture_output=True, text=True)
                  for password in users.values())
        lines = (f"{user}:{line.stdout.strip()}\n" for user, line in zip(users, hashed))
        (folder / "passwords").write_text("".join(lines), "utf-8")
        authentication = f"""
auth_param basic program /usr/lib/squid/basic_ncsa_auth {folder}/passwords
acl known proxy_auth REQUIRED
http_access deny !known"""
    configuration = folder / "squid.conf"
    configuration.write_text(f"""
{listen.format(port=port, folder=folder)}
{authentication}
{rules}
hosts_file {folder}/hosts
access_log stdio:{folder}/access.log
cache_log {folder}/cache.log
pid_filename none
cache deny all
coredump_dir {folder}
shutdown_lifetime 0 seconds
""", "utf-8")
    # Its shared memory has the name of the service.
    host = "::1" if "[::1]" in listen else "127.0.0.1"
    with running(port, "squid", "-N", "-n", f"appmint{port}", "-f", configuration, host=host):
        yield port


def certificate(folder, name, *hosts):
    """A certificate that signs itself: (certificate, key)."""
    there, key = folder / f"{name}.pem", folder / f"{name}.key"
    names = ",".join(f"DNS:{host}" for host in hosts) or "DNS:client"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}",
                    "-addext", f"subjectAltName={names}", "-keyout", key, "-out", there], check=True, capture_output=True)
    return there, key
