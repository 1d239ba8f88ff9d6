"""The headers of a response."""

from __future__ import annotations


class Headers(dict[str, str]):
    """The headers of a response: names in lower case, which are found in any case."""

    def __missing__(self, name: str) -> str:
        lower = name.lower()
        if lower == name:
            raise KeyError(name)
        return self[lower]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and super().__contains__(name.lower())

    def get(self, name: str, default: str | None = None) -> str | None:  # type: ignore[override]
        """Returns the value of a header.

        Args:
            name: The header's name, in any case.
            default: The result if there is no such header.

        Returns:
            The value. Values of a header that came several times are joined by ", ".
        """
        return super().get(name.lower(), default)


Headers.__module__ = "appmint"


def joined(pairs: list[tuple[str, str]]) -> Headers:
    """Makes headers of pairs. Repeated ones become one list (RFC 9110 section 5.3)."""
    headers = Headers()
    for name, value in pairs:
        headers[name] = f"{dict.__getitem__(headers, name)}, {value}" if name in headers else value
    return headers
