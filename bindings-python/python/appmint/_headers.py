"""The headers of an answer."""

from __future__ import annotations


class Headers(dict[str, str]):
    """Names in lower case and values. A look-up finds a name in any case."""

    def __missing__(self, name: str) -> str:
        lower = name.lower()
        if lower == name:
            raise KeyError(name)
        return self[lower]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and super().__contains__(name.lower())

    def get(self, name: str, default: str | None = None) -> str | None:  # type: ignore[override]
        """The value of a header, its name in any case."""
        return super().get(name.lower(), default)


Headers.__module__ = "appmint"


def joined(pairs: list[tuple[str, str]]) -> Headers:
    """Headers that came more than once are one list (RFC 9110 section 5.3)."""
    headers = Headers()
    for name, value in pairs:
        headers[name] = f"{dict.__getitem__(headers, name)}, {value}" if name in headers else value
    return headers
