"""Moments in cases, relative to the case's clock.

`@+1h`, `@-60s` and `@2026-11-21T05:00:00Z` are moments. A format may follow after a bar: `@+1h|rfc3339`.
The default format is milliseconds since 1970, as in the drivers' protocol.
"""

import re
from datetime import datetime, timedelta, timezone
from email.utils import formatdate

MOMENT = re.compile(r"@(?:([+-](?:\d+(?:ms|s|m|h|d))+)|(\d{4}-\d\d-\d\dT[^|]+))(?:\|(\S+))?")
UNITS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def duration_ms(text):
    """Milliseconds of `10m`, `1h30m`, `-60s`."""
    sign = -1 if text.startswith("-") else 1
    parts = re.findall(r"(\d+)(ms|s|m|h|d)", text)
    return sign * sum(int(number) * UNITS[unit] for number, unit in parts)


def clock_ms(clock):
    """The clock of a case in milliseconds since 1970, from RFC 3339 or from that number itself."""
    if isinstance(clock, int):
        return clock
    since = datetime.fromisoformat(clock.replace("Z", "+00:00")) - EPOCH
    return since // timedelta(milliseconds=1)


def moment(text, start_ms):
    """The value of a moment, or None if the text is not a moment."""
    match = MOMENT.fullmatch(text)
    if not match:
        return None
    relative, absolute, style = match.groups()
    at_ms = start_ms + duration_ms(relative) if relative else clock_ms(absolute)
    return written(at_ms, style or "epoch_ms", start_ms)


def written(at_ms, style, start_ms):
    """A time in one of the formats that platforms use."""
    at = EPOCH + timedelta(milliseconds=at_ms)
    if style == "epoch_ms":
        return at_ms
    if style == "epoch_s":
        return at_ms // 1000
    if style == "seconds":
        return (at_ms - start_ms) // 1000
    if style == "http_date":
        return formatdate(at_ms / 1000, usegmt=True)
    if style == "rfc3339":
        return at.strftime("%Y-%m-%dT%H:%M:%SZ")
    if style == "rfc3339+08:00":
        east = at.astimezone(timezone(timedelta(hours=8)))
        return east.isoformat(timespec="milliseconds")
    raise ValueError(f"unknown time format {style}")
