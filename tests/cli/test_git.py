"""Real git with the credential helper: it clones, fetches and pushes, and no prompt ever stops it."""

import base64
import os
import subprocess
import threading
import time

import pytest

from conftest import HELPER, LIMIT


@pytest.fixture
def user(home, git_server):
    """A user whose git is configured by `appmint git setup`."""
    home.environment["APPMINT_GIT_URL"] = git_server.url
    home.appmint("git", "setup")
    return home


def clone(user, url, name="clone", **options):
    return user.run("git", "clone", "-q", url, name, **options)


def git(user, *words, **options):
    return user.run("git", "-C", "clone", "-c", "user.name=Test", "-c", "user.email=test@example.com", *words, **options)


def minted(sandbox):
    return sandbox.count("mint_installation_token")


def test_clone_fetch_and_push_with_one_token_and_one_lookup(user, git_server, sandbox):
    clone(user, git_server.create("github/docs", {"a": "1"}))
    git(user, "commit", "-q", "--allow-empty", "-m", "more")
    git(user, "push", "-q")
    git(user, "fetch", "-q")
    assert minted(sandbox) == 1
    assert sandbox.count("get_user_installation") + sandbox.count("get_org_installation") == 1
    log = user.run("git", "-C", git_server.folder / "github/docs.git", "log", "--format=%s").stdout
    assert log.split() == ["more", "begin"]


def test_submodules_at_two_owners_get_a_token_each(user, git_server, sandbox):
    inner = git_server.create("octocat/Spoon-Knife", {"b": "2"})
    outer = git_server.create("github/docs", {"a": "1"})
    clone(user, outer)
    git(user, "submodule", "--quiet", "add", inner, "inner")
    git(user, "commit", "-q", "-m", "submodule")
    git(user, "push", "-q")
    user.run("git", "clone", "-q", "--recurse-submodules", outer, "again")
    assert (user.folder / "again/inner/b").read_text() == "2"
    assert minted(sandbox) == 2


def test_ten_processes_share_one_token(user, git_server, sandbox):
    url = git_server.create("github/docs", {"a": "1"})
    running = [subprocess.Popen(["git", "clone", "-q", url, f"clone-{n}"], cwd=user.folder, env=user.environment,
                                stderr=subprocess.PIPE, text=True) for n in range(10)]
    for process in running:
        _, errors = process.communicate(timeout=LIMIT)
        assert process.returncode == 0, errors
    assert minted(sandbox) == 1


def test_a_token_that_was_revoked_costs_a_new_one_and_no_failure(user, git_server, sandbox):
    clone(user, git_server.create("github/docs", {"a": "1"}))
    sandbox.control("/tokens", method="DELETE")
    git(user, "fetch", "-q")
    assert minted(sandbox) == 2
    git(user, "fetch", "-q")
    assert minted(sandbox) == 2


def test_a_token_that_ends_between_two_commands_is_replaced(user, git_server, sandbox):
    clone(user, git_server.create("github/docs", {"a": "1"}))
    sandbox.control("/quirks", {"installation_token_life_ms": 20_000})
    sandbox.control("/tokens", method="DELETE")
    git(user, "fetch", "-q")
    git(user, "fetch", "-q")
    sandbox.control("/clock", {"advance_ms": 25_000})
    git(user, "fetch", "-q")
    assert minted(sandbox) == 3


def test_a_repository_of_nobody_ends_with_a_sentence_and_no_prompt(user, git_server):
    git_server.create("nobody/x", {"a": "1"})
    done = clone(user, f"{git_server.url}/nobody/x.git", code=128)
    assert "nobody" in done.stderr and "Install the app" in done.stderr
    assert "terminal prompts" not in done.stderr and "could not read" not in done.stderr


def test_a_repository_outside_the_installation_is_refused_without_a_loop(user, git_server, sandbox):
    git_server.create("github/secret", {"a": "1"})
    clone(user, f"{git_server.url}/github/secret.git", code=128)
    assert minted(sandbox) <= 2


def test_another_host_is_left_to_other_helpers(user):
    assert user.helper("get", [("protocol", "https"), ("host", "git.example"), ("path", "a/b.git")]) == []
    assert user.helper("erase", [("protocol", "https"), ("host", "git.example"), ("password", "x")]) == []


def request(git_server, path="github/docs.git", *more):
    return [("protocol", "http"), ("host", git_server.url.removeprefix("http://")), ("path", path), *more]


def test_the_answer_has_the_platforms_user_name_and_the_tokens_end(user, git_server, sandbox):
    answer = dict(user.helper("get", request(git_server)))
    assert set(answer) == {"username", "password", "password_expiry_utc"}
    assert answer["username"] == "x-access-token" and sandbox.is_alive(answer["password"])
    assert 3500 < int(answer["password_expiry_utc"]) - time.time() < 3700


def test_git_that_knows_authtype_keeps_the_token_from_other_helpers(user, git_server, sandbox):
    answer = dict(user.helper("get", request(git_server, "github/docs.git", ("capability[]", "authtype"))))
    assert answer["authtype"] == "Basic" and answer["ephemeral"] == "1" and "password" not in answer
    name, _, token = base64.b64decode(answer["credential"]).decode().partition(":")
    assert name == "x-access-token" and sandbox.is_alive(token)
    bearer = [("capability[]", "authtype"), ("wwwauth[]", 'Bearer realm="git"')]
    assert dict(user.helper("get", request(git_server, "github/docs.git", *bearer)))["credential"] == token


def test_erase_forgets_exactly_that_token(user, git_server, sandbox):
    first = dict(user.helper("get", request(git_server)))["password"]
    user.helper("erase", request(git_server, "github/docs.git", ("password", "ghs_another")))
    assert dict(user.helper("get", request(git_server)))["password"] == first
    user.helper("erase", request(git_server, "github/docs.git", ("password", first)))
    assert minted(sandbox) == 1, "nothing is minted before git asks"
    second = dict(user.helper("get", request(git_server)))["password"]
    assert second != first and minted(sandbox) == 2
    user.helper("erase", request(git_server, "github/docs.git", ("password", first)))
    assert dict(user.helper("get", request(git_server)))["password"] == second


def test_a_second_refusal_in_a_row_ends_gits_asking(user, git_server, sandbox):
    asking = [("capability[]", "authtype"), ("capability[]", "state")]
    states = []
    for _ in range(2):
        answer = user.helper("get", request(git_server, "github/docs.git", *asking, *(("state[]", it) for it in states[-1:])))
        assert ("continue", "1") in answer
        states += [value for name, value in answer if name == "state[]"]
    assert states[0].startswith("appmint:until=") and states[1].startswith("appmint:again-until=")
    lines = [*request(git_server, "github/docs.git", *asking), ("state[]", states[1])]
    done = user.run(HELPER, "get", stdin="".join(f"{name}={value}\n" for name, value in lines) + "\n")
    assert done.stdout == "quit=1\n" and "refused two tokens in a row" in done.stderr and minted(sandbox) == 2


def test_tokens_are_narrowed_to_the_repository(user, git_server):
    narrow = ["--narrow", "--permissions", "contents=read"]
    token = dict(user.helper("get", request(git_server), *narrow))["password"]
    assert git_server.repositories(token) == {"github/docs"}
    lfs = request(git_server, "github/docs.git/info/lfs")
    assert dict(user.helper("get", lfs, *narrow))["password"] == token
    other = dict(user.helper("get", request(git_server, "github/hello-world.git"), *narrow))["password"]
    assert git_server.repositories(other) == {"github/hello-world"}


def test_store_and_capability_need_no_settings(newcomer):
    assert newcomer.helper("store", [("protocol", "https"), ("host", "x"), ("password", "y")]) == []
    said = newcomer.run(HELPER, "capability").stdout.splitlines()
    assert said == ["version 0", "capability authtype", "capability state"]


def test_a_helper_that_cannot_answer_ends_gits_asking(user, git_server):
    done = user.run(HELPER, "get", stdin="protocol=http\nhost=" + git_server.url.removeprefix("http://") + "\n\n")
    assert done.stdout == "quit=1\n" and "useHttpPath" in done.stderr


def test_a_profile_is_chosen_by_host_and_owner(sandbox, git_server, newcomer):
    ready = sandbox.ready
    common = f'''platform = "github"
api_url = "{ready["api_url"]}"
web_url = "{ready["web_url"]}"
private_key_file = "{ready["key_path"]}"
'''
    newcomer.configure(f'''
[profiles.one]
{common}app_id = {ready["app_id"]}
git_url = "{git_server.url}"
owners = ["github"]
[profiles.two]
{common}app_id = 99
git_url = "{git_server.url}"
owners = ["octocat"]
[profiles.three]
{common}app_id = {ready["app_id"]}
''')
    assert dict(newcomer.helper("get", request(git_server)))["username"] == "x-access-token"
    assert newcomer.helper("get", request(git_server, "octocat/x.git")) == [("quit", "1")], "profile two's app is unknown"
    assert newcomer.helper("get", request(git_server, "else/x.git")) == []


def test_two_profiles_for_the_same_owner_are_a_mistake_that_is_named(sandbox, git_server, newcomer):
    profile = f'platform = "github"\ngit_url = "{git_server.url}"\napp_id = 1\n'
    newcomer.configure(f"[profiles.one]\n{profile}[profiles.two]\n{profile}")
    done = newcomer.run(HELPER, "get", stdin="".join(f"{n}={v}\n" for n, v in request(git_server)))
    assert "one and two" in done.stderr and done.stdout == "quit=1\n"


def test_setup_shows_what_it_writes_and_can_be_repeated_and_undone(user, git_server):
    listed = ["git", "config", "--global", "--get-regexp", "^credential\\."]
    before = user.run(*listed).stdout
    assert user.json("git", "setup")["entries"][1]["value"] == "appmint"
    assert user.run(*listed).stdout == before
    assert before.splitlines() == [f"credential.{git_server.url}.helper ", f"credential.{git_server.url}.helper appmint",
                                   f"credential.{git_server.url}.usehttppath true"]
    user.appmint("git", "setup", "--dry-run", "--narrow")
    assert user.run(*listed).stdout == before
    user.appmint("git", "setup", "--remove")
    assert user.run(*listed, code=1).stdout == ""


def test_setup_names_the_profile_that_was_named(newcomer, sandbox):
    newcomer.configure('[profiles.one]\nplatform = "github"\n[profiles.two]\nplatform = "github"\n')
    entries = newcomer.json("git", "setup", "--dry-run", "--profile", "two", "--narrow")["entries"]
    assert [it["value"] for it in entries] == ["", "appmint --profile two --narrow", "true"]
    assert entries[0]["name"] == "credential.https://github.com.helper"
    elsewhere = newcomer.json("git", "setup", "--dry-run", "--profile", "one", PATH="/usr/bin:/bin")["entries"]
    assert elsewhere[1]["value"] == f"{HELPER} --profile one", "its path, where git does not find it by itself"


def test_no_secret_is_in_an_argument_or_on_the_disk(user, git_server, sandbox):
    """Every command line on this machine during a clone, and every file of the user afterwards, git's traces included."""
    url = git_server.create("github/docs", {"a": "1"})
    lines, done = set(), threading.Event()
    watching = threading.Thread(target=watch_command_lines, args=(lines, done))
    watching.start()
    traces = {name: str(user.folder / name) for name in ("GIT_TRACE", "GIT_TRACE_CURL", "GIT_TRACE_PACKET", "GIT_TRACE2")}
    clone(user, url, **traces)
    done.set()
    watching.join(LIMIT)
    token = dict(user.helper("get", request(git_server)))["password"]
    assert any(b"git-credential-appmint" in line for line in lines), "the helper was seen"
    assert all(os.path.getsize(path) for path in traces.values())
    assert not any(token.encode() in line for line in lines)
    secrets = [token.encode(), base64.b64encode(f"x-access-token:{token}".encode())]
    for folder, _, files in os.walk(user.folder):
        for file in files:
            content = open(os.path.join(folder, file), "rb").read()
            assert not any(secret in content for secret in secrets), file


def watch_command_lines(lines, done):
    while not done.is_set():
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/cmdline", "rb") as file:
                    lines.add(file.read())
            except OSError:
                continue


def test_a_mistake_in_one_profile_leaves_the_other_hosts_alone(sandbox, git_server, newcomer):
    ready = sandbox.ready
    good = f'''[profiles.good]
platform = "github"
api_url = "{ready["api_url"]}"
web_url = "{ready["web_url"]}"
private_key_file = "{ready["key_path"]}"
app_id = {ready["app_id"]}
git_url = "{git_server.url}"
'''
    elsewhere = [("protocol", "https"), ("host", "git.example"), ("path", "a/b.git")]
    for mistake in ('[profiles.bad]\nplatform = "github"\nap_id = 7\n', "[profiles.bad]\ngit_url = []\n", "profiles.bad = 7\n"):
        newcomer.configure(mistake + good)
        assert dict(newcomer.helper("get", request(git_server)))["username"] == "x-access-token"
        assert newcomer.helper("get", elsewhere) == []
        assert "profiles.bad" in newcomer.json("--profile", "good", "config", "explain")["mistakes"][0]
    newcomer.configure('[profiles.bad]\nplatform = "github"\nap_id = 7\n' + good)
    github = "".join(f"{name}={value}\n" for name, value in [("protocol", "https"), ("host", "github.com"), ("path", "a/b.git")])
    done = newcomer.run(HELPER, "get", stdin=github + "\n")
    assert done.stdout == "quit=1\n" and "profiles.bad.ap_id" in done.stderr


def test_a_file_that_cannot_be_read_leaves_all_hosts_to_other_helpers(newcomer):
    newcomer.configure("[profiles.a\n")
    done = newcomer.run(HELPER, "get", stdin="protocol=https\nhost=git.example\n\n")
    assert done.stdout == "" and "is not valid: line 1" in done.stderr
