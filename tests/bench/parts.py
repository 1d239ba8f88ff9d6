"""What `make bench` measures: the parts, their contestants, and what appmint is to reach."""

from dataclasses import dataclass, field

RUST, C, PYTHON, NODE = "Rust", "C", "Python", "Node"


@dataclass(frozen=True)
class Row:
    """A contestant of a part."""

    language: str
    name: str


@dataclass(frozen=True)
class Target:
    """The rate that appmint is to reach, as a multiple of another row's."""

    language: str
    beside: Row
    least: float


@dataclass(frozen=True)
class Part:
    """One kind of operation."""

    name: str
    about: str
    rows: tuple[Row, ...]
    callers: tuple[int, ...] = (1,)
    scheme: str = "https"
    targets: tuple[Target, ...] = field(default=())


def rows(language, *names):
    return tuple(Row(language, name) for name in names)


SOCKET, REQWEST = Row(RUST, "a bare socket"), Row(RUST, "reqwest::blocking")
SIGNATURE = Row(RUST, "aws-lc-rs, the signature alone")

PARTS = (
    Part("jwt", "A new RS256 JWT with a key of 2048 bits. appmint signs one JWT per app and life, so its clock is moved by an hour "
         "before each.",
         (SIGNATURE, *rows(RUST, "appmint", "jsonwebtoken"), *rows(C, "appmint", "libjwt"),
          *rows(PYTHON, "appmint", "PyJWT, a key that was parsed", "PyJWT, a PEM each time"),
          *rows(NODE, "appmint", "fast-jwt", "jose", "universal-github-app-jwt")),
         targets=(Target(RUST, SIGNATURE, 0.98), Target(C, SIGNATURE, 0.98), Target(PYTHON, SIGNATURE, 0.95),
                  Target(NODE, SIGNATURE, 0.95))),
    Part("cached", "A valid token that is in memory.",
         (*rows(RUST, "appmint", "a map behind a mutex"), *rows(C, "appmint", "a table behind a mutex, and a copy"),
          *rows(PYTHON, "appmint", "a trivial call of appmint", "a dict behind a lock", "PyGithub"),
          *rows(NODE, "appmint", "an async function with a Map", "@octokit/auth-app")),
         callers=(1, 2), scheme="http",
         targets=(Target(PYTHON, Row(PYTHON, "a trivial call of appmint"), 1 / 1.25),
                  Target(NODE, Row(NODE, "@octokit/auth-app"), 8.0),
                  Target(NODE, Row(NODE, "an async function with a Map"), 1 / 1.5))),
    Part("mint", "A token that has to be minted: a POST over TLS, on a connection that is kept. Each caller has an installation of its own. "
         "In C a caller's own thread does the work; in Rust it does so with `Task::block_on`, and here it waits with `Task::wait`.",
         (SOCKET, *rows(RUST, "appmint", "reqwest::blocking", "octocrab"), *rows(C, "appmint", "libcurl"),
          *rows(PYTHON, "appmint", "requests", "PyGithub", "githubkit"), *rows(NODE, "appmint", "fetch", "@octokit/auth-app")),
         callers=(1, 16, 64),
         targets=(Target(RUST, REQWEST, 1.0), Target(C, REQWEST, 1.0), Target(PYTHON, REQWEST, 0.8), Target(NODE, REQWEST, 0.5))),
    Part("call", "A GET of 1 KiB with a token that is in memory.",
         (*rows(RUST, "appmint", "reqwest::blocking"), *rows(PYTHON, "appmint", "requests"), *rows(NODE, "appmint", "fetch")),
         callers=(1, 16),
         targets=(Target(RUST, REQWEST, 1.0), Target(PYTHON, Row(PYTHON, "requests"), 1.0), Target(NODE, Row(NODE, "fetch"), 1.0))),
    Part("call of 1 MiB", "The same with a body of 1 MiB.",
         (*rows(RUST, "appmint", "reqwest::blocking"), *rows(PYTHON, "appmint", "requests"), *rows(NODE, "appmint", "fetch")),
         callers=(1,),
         targets=(Target(RUST, REQWEST, 1.0), Target(PYTHON, Row(PYTHON, "requests"), 1.0), Target(NODE, Row(NODE, "fetch"), 1.0))),
    Part("webhook of 1 kB", "The signature of a webhook, and its payload's envelope.",
         (*rows(RUST, "appmint", "aws-lc-rs, the HMAC alone"), *rows(PYTHON, "appmint", "hmac, alone"),
          *rows(NODE, "appmint", "node:crypto, the HMAC alone"))),
    Part("webhook of 1 MB", "The same with a payload of 1 MB.",
         (*rows(RUST, "appmint", "aws-lc-rs, the HMAC alone"), *rows(PYTHON, "appmint", "hmac, alone"),
          *rows(NODE, "appmint", "node:crypto, the HMAC alone"))),
)

# 64 callers want one installation's token at the same moment, twice.
STAMPEDE = (*rows(RUST, "appmint", "octocrab"), *rows(PYTHON, "appmint", "PyGithub"), *rows(NODE, "appmint", "@octokit/auth-app"))
# Whole processes: with the first token over TLS, and without.
STARTS = (*rows(C, "appmint"), *rows(PYTHON, "appmint", "the bare interpreter"), *rows(NODE, "appmint", "the bare interpreter"))
