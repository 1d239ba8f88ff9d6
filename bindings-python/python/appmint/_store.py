"""Where tokens live between processes, as a program's own object."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime, timedelta


@runtime_checkable
class Store(Protocol):
    """A place outside of the process that keeps bytes by name.

    What goes into it is sealed first, if the app has a store_key. Each method is called on worker
    threads, several at once, and may block for a moment. What it raises is an event of the app.
    """

    def get(self, name: str, /) -> bytes | bytearray | memoryview | None:
        """The value of this name, if there is one."""

    def put(
        self, name: str, value: bytes, expected: bytes | None, keep_until: datetime | None, /
    ) -> bool:
        """Puts a value in the place of expected (None: of nothing), unless something else is there
        by now; whether it did. After keep_until the value may be dropped."""

    def remove(self, name: str, expected: bytes, /) -> object:
        """Takes a value away, unless something else is there by now."""

    def lock(self, name: str, owner: str, lease: timedelta, /) -> bool:
        """Takes the lock of this name for an owner, unless another one has it; whether it did. It is
        free again after the lease, whatever became of the owner."""

    def unlock(self, name: str, owner: str, /) -> object:
        """Gives the lock back, if it is still the owner's."""


# As people see it.
Store.__module__ = "appmint"
