"""The promises of the commands: help, man pages and the form of --json are checked in, and completions work.

APPMINT_BLESS=1 writes them anew.
"""

import json
import os
import re
import shutil
import subprocess

import pytest

from conftest import APPMINT, HELPER, LIMIT, ROOT

PLACE = ROOT / "tests" / "cli" / "promised"
BLESS = os.environ.get("APPMINT_BLESS")


def compare(path, text):
    if BLESS:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert path.is_file(), f"{path.name} is not checked in: APPMINT_BLESS=1 writes it"
    assert path.read_text() == text, f"{path.name} differs: APPMINT_BLESS=1 writes it anew"


def commands(newcomer):
    """All commands, by the help's own lists: [], ["key"], ["key", "check"], …"""
    found, open_ones = [], [[]]
    while open_ones:
        command = open_ones.pop(0)
        found.append(command)
        text = newcomer.appmint(*command, "--help").stdout
        listed = re.search(r"^Commands:\n((?:  .*\n)+)", text, re.MULTILINE)
        names = re.findall(r"^  (\w+)", listed[1], re.MULTILINE) if listed else []
        open_ones += [[*command, name] for name in names if name != "help"]
    return found


def test_the_help_of_every_command_is_the_one_that_is_checked_in(newcomer):
    every = commands(newcomer)
    assert len(every) > 25
    for command in every:
        compare(PLACE / "help" / f"{'-'.join(['appmint', *command])}.txt", newcomer.appmint(*command, "--help").stdout)
    compare(PLACE / "help" / "git-credential-appmint.txt", newcomer.run(HELPER, "--help").stdout)
    files = {path.stem for path in (PLACE / "help").iterdir()}
    assert files == {"-".join(["appmint", *command]) for command in every} | {"git-credential-appmint"}


def test_every_argument_of_every_command_is_documented(newcomer):
    for command in commands(newcomer):
        text = newcomer.appmint(*command, "--help").stdout
        for name, doc in re.findall(r"^ +(?:-\w, )?(--[\w-]+|<\w+>|\[\w+\])[^\n]*\n((?:          .*\n)?)", text, re.MULTILINE):
            assert doc.strip() or re.search(rf"{re.escape(name)}.*  \w", text), (command, name)


def test_the_man_pages_are_those_that_are_checked_in(newcomer, tmp_path):
    report = newcomer.json("man", tmp_path / "man")
    for name in report["pages"]:
        compare(PLACE / "man" / name, (tmp_path / "man" / name).read_text())
    assert {path.name for path in (PLACE / "man").iterdir()} == set(report["pages"])


def schema(value):
    """The form of a value: names of members, and types."""
    if isinstance(value, dict):
        return {name: schema(member) for name, member in sorted(value.items())} if named(value) else {"*": "text"}
    if isinstance(value, list):
        return [schema(value[0])] if value else []
    return {str: "text", int: "number", bool: "yes or no", type(None): "none"}[type(value)]


def named(value):
    """Whether the members' names are appmint's own, and not permissions of a platform."""
    return "metadata" not in value and "contents" not in value


RAW = {"raw", "claims", "payload"}


def form(value):
    if isinstance(value, list):
        return [form(value[0])] if value else []
    if isinstance(value, dict):
        return {name: "as the platform sends it" if name in RAW else schema(member) for name, member in sorted(value.items())}
    return schema(value)


def test_the_json_of_every_command_has_the_form_that_is_checked_in(home, sandbox, git_server, tmp_path):
    home.environment["APPMINT_GIT_URL"] = git_server.url
    token = home.appmint("token", "--id", "2").stdout
    reports = {
        "key check": home.json("key", "check", sandbox.ready["key_path"]),
        "jwt": home.json("jwt"),
        "installations": home.json("installations"),
        "installation": home.json("installation", "--id", "1"),
        "token": home.json("token", "--org", "github", "--repositories", "docs"),
        "revoke": home.json("revoke", stdin=token),
        "platforms": home.json("platforms"),
        "config explain": home.json("config", "explain"),
        "git setup": home.json("git", "setup"),
        "doctor": home.json("doctor", "--org", "github"),
        "man": home.json("man", tmp_path / "man"),
    }
    compare(PLACE / "json.json", json.dumps({name: form(report) for name, report in reports.items()}, indent=1) + "\n")
    error = form(home.error("token", "--org", "nobody"))
    compare(PLACE / "error.json", json.dumps(error, indent=1) + "\n")


SOURCED = {
    # A shell, and a script that prints what it completes after `appmint to`.
    "bash": 'source "$1"; COMP_WORDS=(appmint to); COMP_CWORD=1; _appmint appmint to appmint; echo "${COMPREPLY[@]}"',
    "zsh": 'autoload -Uz compinit && compinit -u -d "$2"; source "$1"; (( $+functions[_appmint] )) && functions _appmint_commands | grep -o "token:Print"',
    "fish": 'source $argv[1]; complete -C "appmint to"',
}


@pytest.mark.parametrize("shell", SOURCED)
def test_completions_are_sourced_and_complete(newcomer, shell):
    assert shutil.which(shell), f"{shell} is not installed; `make test` needs it"
    script = newcomer.folder / f"appmint.{shell}"
    script.write_text(newcomer.appmint("completions", shell).stdout)
    words = {"bash": ["bash", "-c", SOURCED["bash"], "bash"], "zsh": ["zsh", "-f", "-c", SOURCED["zsh"], "zsh"],
             "fish": ["fish", "--no-config", "-c", SOURCED["fish"]]}[shell]
    done = newcomer.run(*words, script, newcomer.folder / "dump")
    assert "token" in done.stdout, done.stderr
    assert not done.stderr


def test_a_mistake_in_the_arguments_is_code_2_on_standard_error(newcomer):
    done = newcomer.appmint("tokn", code=2)
    assert not done.stdout and "token" in done.stderr
    assert newcomer.appmint("--version").stdout == newcomer.run(HELPER, "--version").stdout.replace("git-credential-", "")


def test_output_that_nobody_reads_is_no_crash(newcomer):
    with subprocess.Popen([APPMINT, "platforms"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=newcomer.environment) as running:
        running.stdout.close()
        errors = running.stderr.read().decode()
        assert running.wait(timeout=LIMIT) == 0 and not errors
