"""docs/cli.md as a newcomer reads it: each block of commands is run, in order, in a new home folder."""

import re
import socket
import subprocess

from conftest import LIMIT, ROOT

PAGE = ROOT / "docs" / "cli.md"


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def test_every_block_of_the_page_works_for_a_newcomer(newcomer, git_server):
    """The page's git server is one that asks the page's own sandbox."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    assert len(blocks) >= 8 and PAGE.read_text().count("```") == 2 * len(blocks)
    git_server.create("github/docs", {"README": "hello\n"})
    port = str(free_port())
    script = "set -eux\ntrap 'kill %1' EXIT\n" + "".join(blocks).replace("8401", port)
    del newcomer.environment["XDG_CONFIG_HOME"], newcomer.environment["XDG_STATE_HOME"]
    newcomer.environment |= {
        "APPMINT_GIT_URL": git_server.url, "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": f"url.{git_server.url}/.insteadOf",
        "GIT_CONFIG_VALUE_0": "https://github.com/", "no_proxy": "127.0.0.1",
    }
    git_server.sandbox = Following(port)
    with subprocess.Popen(["bash", "-c", script], cwd=newcomer.folder, env=newcomer.environment, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True) as shell:
        output, _ = shell.communicate(timeout=LIMIT)
    assert shell.returncode == 0, output
    assert (newcomer.folder / "docs/README").read_text() == "hello\n"
    assert "SHA256:" in output and "problem" not in output
    assert '"full_name":"github/hello-world"' in output


class Following:
    """The sandbox that the page starts."""

    def __init__(self, port):
        self.ready = {"api_url": f"http://127.0.0.1:{port}"}


def test_the_page_names_every_exit_code_and_member_that_there_is():
    page = PAGE.read_text()
    members = re.findall(r'^            "(\w+)" =>', (ROOT / "cli/src/settings/profiles.rs").read_text(), re.MULTILINE)
    assert len(members) >= 7
    for member in members:
        assert f"| `{member}` |" in page
