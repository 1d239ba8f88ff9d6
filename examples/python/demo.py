"""A tour of an app: its JWT, its installations, a token, and a user's authorization."""

import json
import os
import subprocess
import sys
from pathlib import Path

import appmint


def main() -> None:
    app = make_app()
    say("platform", app.platform_name)
    say("jwt", json.dumps(app.jwt().claims, separators=(",", ":"), ensure_ascii=False))
    as_installation(app)
    if setting("CLIENT_ID"):  # a platform without OAuth has none
        as_user(app)


def make_app() -> appmint.App:
    descriptor = setting("PLATFORM_DESCRIPTOR_FILE")
    now = setting("NOW_MS")
    roots = setting("ROOT_CERTIFICATES_FILE")
    return appmint.App(
        None if descriptor else setting("PLATFORM") or "atomgit",
        platform_descriptor=Path(descriptor).read_text("utf-8") if descriptor else None,
        api_url=setting("API_URL"),
        web_url=setting("WEB_URL"),
        app_id=setting("APP_ID"),
        private_key=Path(os.environ["APPMINT_PRIVATE_KEY_FILE"]),
        client_id=setting("CLIENT_ID"),
        client_secret=setting("CLIENT_SECRET"),
        root_certificates=Path(roots) if roots else None,
        clock=appmint.ManualClock(int(now)) if now else None,
    )


def as_installation(app: appmint.App) -> None:
    for each in app.installations():
        granted = f"{each.repository_selection or ''}; {listed(each.permissions)}"
        say("installation", f"{each.id} {each.account or ''} ({granted})")
    account = os.environ["APPMINT_ACCOUNT"]
    source = app.installation(app.find_installation(account=account).id)
    token = source.token()
    say("token", f"{shown(token)} ({listed(token.permissions)})")
    path = (setting("GET_PATH") or "/orgs/ACCOUNT/repos").replace("ACCOUNT", account)
    say_reply(path, source.request("GET", path))


def as_user(app: appmint.App) -> None:
    authorization = app.authorize(redirect_uri=setting("REDIRECT_URI"))
    callback = browse(authorization.url)
    say("authorize", "opened")
    code = app.authorization_code(callback, authorization.state)
    token = app.exchange_code(code, code_verifier=authorization.code_verifier)
    say("user token", shown(token))
    token = app.refresh(token)
    say("refreshed", shown(token))
    path = setting("USER_GET_PATH") or "/user/repos"
    say_reply(path, app.request("GET", path, token=token))


def browse(url: str) -> str:
    """Returns the URL to which the browser is redirected."""
    command = [os.environ["APPMINT_BROWSER"], url]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def setting(name: str) -> "str | None":
    return os.environ.get(f"APPMINT_{name}") or None


def shown(token: appmint.Token) -> str:
    secret = token.reveal() if setting("SHOW_SECRETS") == "1" else "[redacted]"
    until = f"{token.expires_at:%Y-%m-%dT%H:%M:%SZ}" if token.expires_at else "never"
    return f"{secret} expires {until}"


def listed(permissions: "dict[str, str]") -> str:
    return " ".join(f"{name}:{level}" for name, level in permissions.items())


def say(label: str, text: str) -> None:
    sys.stdout.buffer.write(f"{label:<14}{text}\n".encode())


def say_reply(path: str, reply: appmint.Response) -> None:
    line = f"{'GET':<14}{path} {reply.status} ".encode() + reply.body + b"\n"
    sys.stdout.buffer.write(line)


if __name__ == "__main__":
    try:
        main()
    except appmint.Error as error:
        sys.exit(f"error: {error.kind}: {error}")
    finally:
        sys.stdout.flush()
