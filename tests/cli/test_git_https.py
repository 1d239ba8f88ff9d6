"""Real git over HTTPS, behind nginx, with tokens that end while it runs: each git that is installed, new and old.

APPMINT_TOKEN_LIFE_S is the life of a token in the test of the slow server, which answers as long as a token lives:
2 s unless it is given. `make test-cli-slowly` gives 20.
"""

import base64
import os
import subprocess
import threading
from pathlib import Path

import pytest

from conftest import LIMIT, TARGET
from nginx_git import NginxGit

LIFE_S = int(os.environ.get("APPMINT_TOKEN_LIFE_S", "2"))
SLOW_LIMIT = LIMIT + 10 * LIFE_S


def installed():
    """The gits of this machine, by version."""
    found = {}
    for folder in os.environ["PATH"].split(":"):
        program = Path(folder) / "git"
        if program.exists():
            said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
            found.setdefault(".".join(said.split()[2].split(".")[:2]), folder)
    return found


GITS = installed()


@pytest.fixture
def server(tmp_path, sandbox):
    with NginxGit(tmp_path / "repositories", sandbox) as running:
        yield running


@pytest.fixture(params=GITS)
def user(home, server, request):
    """A user of one of the gits, which `appmint git setup` has configured."""
    home.git_version = tuple(int(part) for part in request.param.split("."))
    home.environment |= {
        "PATH": f"{TARGET}:{GITS[request.param]}:{home.environment['PATH']}", "APPMINT_GIT_URL": server.url,
        "GIT_SSL_CAINFO": str(server.certificates), "no_proxy": "127.0.0.1",
    }
    home.appmint("git", "setup")
    home.run("git", "lfs", "install", "--skip-repo")
    home.run("git", "config", "--global", "user.name", "Test")
    home.run("git", "config", "--global", "user.email", "test@example.com")
    return home


def asks_again(user):
    """Whether this git asks a helper again when a token is refused: it knows `state`."""
    return user.git_version >= (2, 46)


def minted(sandbox):
    return sandbox.count("mint_installation_token")


def run(user, *command, limit=LIMIT, **variables):
    return subprocess.run(command, cwd=user.folder, env=user.environment | variables, capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=limit)


def test_a_clone_outlives_its_tokens(user, server, sandbox):
    """Each answer takes a token's life, so that each request but the first finds its token ended."""
    url = server.create("github/docs", {"a": "1" * 10_000})
    sandbox.control("/quirks", {"installation_token_life_ms": LIFE_S * 1000})
    server.slow.touch()
    done = run(user, "git", "clone", "-q", url, "clone", limit=SLOW_LIMIT)
    assert "could not read" not in done.stderr and "terminal prompts" not in done.stderr
    if not asks_again(user):
        assert done.returncode == 128 and "401" in done.stderr
        server.slow.unlink()
        done = run(user, "git", "clone", "-q", url, "clone")
    assert done.returncode == 0, done.stderr
    assert (user.folder / "clone/a").read_text() == "1" * 10_000
    # One for each life: every token that was minted was used, and nobody used two at a time.
    assert minted(sandbox) == len(server.lives) >= (3 if asks_again(user) else 2)


def test_ten_clones_with_submodules_and_lfs_take_a_token_for_each_owner(user, server, sandbox):
    inner = server.create("octocat/Spoon-Knife", {"b": "2"})
    content = b"a large file\n" * 1000
    outer = server.create("github/docs", {
        "large.bin": server.lfs_file(content), ".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\n",
        ".gitmodules": f'[submodule "inner"]\n\tpath = inner\n\turl = {inner}\n'}, submodule=("inner", inner))
    traces = {"GIT_TRACE_CURL": str(user.folder / "trace"), "GIT_CURL_VERBOSE": "1"}
    with Watched() as watched:
        running = [subprocess.Popen(["git", "clone", "-q", "--recurse-submodules", outer, f"clone-{n}"], cwd=user.folder,
                                    env=user.environment | traces, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
                   for n in range(10)]
        for process in running:
            _, errors = process.communicate(timeout=2 * LIMIT)
            assert process.returncode == 0, errors
    for n in range(10):
        assert (user.folder / f"clone-{n}/large.bin").read_bytes() == content
        assert (user.folder / f"clone-{n}/inner/b").read_text() == "2"
    assert minted(sandbox) == 2 and len({credential for _, credential in server.lives}) == 2
    assert len(server.file_requests) == 10 and all(it.startswith("RemoteAuth ") for it in server.file_requests)
    assert_no_secret(server, user, watched)


def assert_no_secret(server, user, watched):
    """In no argument, in nobody's environment, in no trace and nowhere on the disk."""
    credentials = {credential.split()[1].encode() for _, credential in server.lives}
    secrets = credentials | {base64.b64decode(it).partition(b":")[2] for it in credentials}
    assert secrets and any(b"git-credential-appmint" in text for text in watched.arguments)
    assert not [secret for secret in secrets for text in watched.arguments | watched.environments if secret in text]
    for folder, _, files in os.walk(user.folder):
        for file in files:
            content = Path(folder, file).read_bytes()
            assert not any(secret in content for secret in secrets), file


class Watched:
    """Every process's arguments and environment within the block."""

    def __enter__(self):
        self.arguments, self.environments, self.done = set(), set(), threading.Event()
        self.thread = threading.Thread(target=self.watch)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.thread.join(LIMIT)

    def watch(self):
        while not self.done.wait(0.01):
            for pid in filter(str.isdigit, os.listdir("/proc")):
                for name, found in (("cmdline", self.arguments), ("environ", self.environments)):
                    try:
                        found.add(Path("/proc", pid, name).read_bytes())
                    except OSError:
                        continue


def test_a_revoked_token_is_replaced(user, server, sandbox):
    url = server.create("github/docs", {"a": "1"})
    assert run(user, "git", "clone", "-q", url, "clone").returncode == 0
    sandbox.control("/tokens", method="DELETE")
    fetch = ["git", "-C", "clone", "fetch", "-q"]
    done = run(user, *fetch)
    if not asks_again(user):
        # It has erased the token, and the next command gets another one.
        assert done.returncode == 128 and "could not read" not in done.stderr
        done = run(user, *fetch)
    assert done.returncode == 0, done.stderr
    assert minted(sandbox) == 2


def test_a_push_and_a_fetch_of_it(user, server, sandbox):
    url = server.create("github/docs", {"a": "1"})
    script = (f"git clone -q {url} one && git clone -q {url} two && cd one && git commit -q --allow-empty -m more && "
              "git push -q && cd ../two && git pull -q && git log --format=%s -1")
    done = run(user, "sh", "-ec", script)
    assert (done.returncode, done.stdout) == (0, "more\n"), done.stderr
    assert minted(sandbox) == 1


def test_a_repository_that_the_app_may_not_see_costs_two_tokens_at_most(user, server, sandbox):
    server.create("github/secret", {"a": "1"})
    done = run(user, "git", "clone", "-q", f"{server.url}/github/secret.git", "clone")
    assert done.returncode == 128 and "could not read" not in done.stderr
    assert "401" in done.stderr or "Authentication failed" in done.stderr
    assert minted(sandbox) <= 2
