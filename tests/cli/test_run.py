"""`appmint run`: a command with a token that ends with it, however either of them ends."""

import json
import os
import random
import select
import signal
import subprocess
import sys
import time

import pytest

from conftest import APPMINT, LIMIT, Home, settings, start_sandbox

SHOW = "import os, sys; print(os.environ['GITHUB_TOKEN'], flush=True); sys.stdin.read()"


def start(home, *command, **options):
    return subprocess.Popen([APPMINT, "run", "--org", "github", "--", *command], env=home.environment, cwd=home.folder,
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)


def finish(process):
    """Waits for the end of a run and of everything that it has started: they all hold its standard error."""
    output, errors = process.communicate(timeout=LIMIT)
    return process.returncode, output, errors


def test_the_command_has_a_token_and_nobody_has_it_afterwards(home, sandbox):
    running = start(home, sys.executable, "-c", SHOW)
    token = running.stdout.readline().strip()
    assert sandbox.is_alive(token)
    assert finish(running)[0] == 0
    assert not sandbox.is_alive(token)


def test_the_exit_code_is_the_commands(home):
    for command, code in ((["sh", "-c", "exit 7"], 7), (["sh", "-c", "kill -TERM $$"], 143), (["no-such-program"], 127),
                          (["/etc"], 126)):
        assert home.appmint("run", "--org", "github", "--", *command, code=code)


def test_appmints_own_failure_is_125_and_starts_no_command(home):
    done = home.appmint("run", "--org", "nobody", "--", "touch", "started", code=125)
    assert "nobody" in done.stderr and not (home.folder / "started").exists()
    assert home.appmint("run", "--", "true", code=125).stderr.startswith("appmint: no installation")


def test_the_command_gets_the_usual_variables_and_none_of_the_apps_secrets(home, sandbox):
    seen = json.loads(home.appmint("run", "--org", "github", "--", sys.executable, "-c",
                                   "import json, os; print(json.dumps(dict(os.environ)))").stdout)
    assert seen["GITHUB_TOKEN"] == seen["GH_TOKEN"] and seen["GITHUB_TOKEN"].startswith("ghs_")
    assert {name for name in seen if name.startswith("APPMINT_")} == {"APPMINT_RUN_SOCKET"}
    assert sandbox.ready["client_secret"] not in seen.values()
    named = home.appmint("run", "--org", "github", "--variable", "MINE", "--no-git", "--", "env").stdout
    assert "MINE=ghs_" in named and "GITHUB_TOKEN" not in named and "GIT_CONFIG_COUNT" not in named


def test_the_token_is_narrowed(home):
    call = "curl -s --noproxy '*' -H \"Authorization: Bearer $GITHUB_TOKEN\" $URL/installation/repositories"
    home.environment["URL"] = home.environment["APPMINT_API_URL"]
    output = home.appmint("run", "--org", "github", "--repositories", "docs", "--", "sh", "-c", call).stdout
    assert [it["name"] for it in json.loads(output)["repositories"]] == ["docs"]


def test_git_in_the_command_gets_fresh_tokens_and_leaves_nothing_on_the_disk(home, sandbox, git_server):
    home.environment["APPMINT_GIT_URL"] = git_server.url
    url = git_server.create("github/docs", {"a": "1"})
    script = f"git clone -q {url} one && curl -s --noproxy '*' -X DELETE $ADMIN/tokens && git clone -q {url} two"
    home.environment["ADMIN"] = sandbox.ready["admin_url"]
    home.appmint("run", "--org", "github", "--", "sh", "-ec", script)
    assert (home.folder / "two/a").read_text() == "1"
    assert sandbox.count("mint_installation_token") == 2
    assert not (home.folder / "state").exists() and not list(home.folder.glob("appmint-*"))
    assert not (home.folder / ".gitconfig").exists()


def test_git_gets_no_token_for_another_owner(home, sandbox, git_server):
    home.environment["APPMINT_GIT_URL"] = git_server.url
    url = git_server.create("octocat/Spoon-Knife", {"a": "1"})
    home.appmint("run", "--org", "github", "--", "git", "clone", "-q", url, "one", code=128)


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP", "SIGUSR1"])
def test_a_signal_reaches_the_command(home, sandbox, name):
    waiting = (f"import os, signal, sys; signal.pthread_sigmask(signal.SIG_BLOCK, [signal.{name}]); "
               f"print(os.environ['GITHUB_TOKEN'], flush=True); signal.sigwait([signal.{name}]); sys.exit(9)")
    running = start(home, sys.executable, "-c", waiting)
    token = running.stdout.readline().strip()
    running.send_signal(getattr(signal, name))
    # Its standard input stays open until the signal has ended it.
    assert running.wait(timeout=LIMIT) == 9
    finish(running)
    assert not sandbox.is_alive(token)


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return [int(child) for child in file.read().split()]


def watcher_and_command(running):
    """The watcher is a copy of appmint; the command is another program."""
    pids = children(running.pid)
    (watcher,) = [pid for pid in pids if os.readlink(f"/proc/{pid}/exe") == str(APPMINT)]
    (command,) = [pid for pid in pids if pid != watcher]
    return watcher, command


@pytest.mark.parametrize("seed", range(12))
def test_whoever_is_killed_the_token_is_revoked(home, sandbox, seed):
    running = start(home, sys.executable, "-c", SHOW)
    token = running.stdout.readline().strip()
    watcher, command = watcher_and_command(running)
    victim = random.Random(seed).choice(["appmint", "watcher", "command"])
    os.kill({"appmint": running.pid, "watcher": watcher, "command": command}[victim], signal.SIGKILL)
    if victim == "watcher":
        running.stdin.close()
        running.stdin = None
    code, _, errors = finish(running)
    assert not sandbox.is_alive(token), f"{victim} was killed: {errors}"
    assert code == {"appmint": -9, "watcher": 0, "command": 137}[victim]


KILLS = int(os.environ.get("APPMINT_KILLS", "12"))


def test_at_a_random_moment_a_kill_leaves_no_token_of_a_command(home, sandbox):
    """`appmint` is killed at any moment of its life. Each command notes its token, which tells those from one whose answer
    was on its way: nobody has ever read that (docs/cli.md)."""
    notes = home.folder / "notes"
    notes.mkdir()
    note = f"import os; open({str(notes)!r} + '/' + str(os.getpid()), 'w').write(os.environ['GITHUB_TOKEN'])"
    chance = random.Random(20_261_128)
    longest = max(life_of(start(home, sys.executable, "-c", note)) for _ in range(3))
    for _ in range(KILLS):
        running = start(home, sys.executable, "-c", note)
        try:
            running.wait(timeout=chance.random() * longest)
        except subprocess.TimeoutExpired:
            running.kill()
        finish(running)
    home.appmint("run", "--org", "github", "--", "true")
    tokens = [token for token in (path.read_text() for path in notes.iterdir()) if token]
    assert len(tokens) >= 3 and not [token for token in tokens if sandbox.is_alive(token)]
    minted, revoked = (sandbox.count(f"{verb}_installation_token") for verb in ("mint", "revoke"))
    print(f"{minted} tokens minted, {len(tokens)} used by a command, {minted - revoked} unread and alive")
    assert minted - revoked <= minted - 1 - len(tokens)


def life_of(running):
    began = time.monotonic()
    finish(running)
    return time.monotonic() - began


def test_a_command_whose_appmint_is_killed_is_ended(home):
    running = start(home, sys.executable, "-c", SHOW)
    running.stdout.readline()
    _, command = watcher_and_command(running)
    descriptor = os.pidfd_open(command)
    running.kill()
    running.stdin = None  # stays open: the command does not end by itself
    finish(running)
    assert select.select([descriptor], [], [], LIMIT)[0]


def test_what_could_not_be_revoked_is_revoked_at_the_next_start(home, sandbox):
    home.environment["APPMINT_RETRIES"] = "0"
    running = start(home, sys.executable, "-c", SHOW)
    token = running.stdout.readline().strip()
    sandbox.control("/faults", {"operation": "revoke_installation_token", "count": 9, "kind": "status", "status": 503})
    code, _, errors = finish(running)
    assert code == 0 and "could not be revoked" in errors and sandbox.is_alive(token)
    (kept,) = (home.folder / "state/appmint/to-revoke").iterdir()
    assert token.encode() not in kept.read_bytes()
    sandbox.control("/faults", method="DELETE")
    home.appmint("run", "--org", "github", "--", "true")
    assert not sandbox.is_alive(token) and not kept.exists()


def test_a_platform_that_cannot_revoke_says_so(home, tmp_path):
    for other in start_sandbox("atomgit", tmp_path / "atomgit"):
        user = Home(tmp_path / "other", settings(other))
        done = user.appmint("run", "--account", "yanqianyu", "--no-git", "--", "env")
        assert "does not revoke tokens" in done.stderr and "APPMINT_TOKEN=ats_" in done.stdout


def test_no_token_is_in_an_argument(home):
    running = start(home, sys.executable, "-c", SHOW)
    token = running.stdout.readline().strip()
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                assert token.encode() not in file.read()
        except OSError:
            continue
    finish(running)


def test_a_process_that_outlives_the_command_keeps_neither_the_token_nor_appmint(home, sandbox):
    script = ("import os, subprocess, sys\n"
              "left = subprocess.Popen(['sleep', '1000'], close_fds=False, stdin=subprocess.DEVNULL,"
              " stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)\n"
              "print(left.pid, os.environ['GITHUB_TOKEN'], flush=True)\n"
              "sys.stdin.read()")
    running = start(home, sys.executable, "-c", script)
    left, token = running.stdout.readline().split()
    try:
        assert sandbox.is_alive(token)
        assert finish(running)[0] == 0
        os.kill(int(left), 0)  # it is still there
        assert not sandbox.is_alive(token)
    finally:
        os.kill(int(left), signal.SIGKILL)
