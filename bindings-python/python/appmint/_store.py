"""The protocol of a store that the program implements itself."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime, timedelta


@runtime_checkable
class Store(Protocol):
    """A store outside of the process, which keeps bytes by name.

    Values are sealed with the app's store_key before they are stored. Methods are called on worker
    threads, several at a time, and may block. An exception that one raises becomes an Event of kind
    "store_failed"; a session also fails with a StoreError or CallbackError.
    """

    def get(self, name: str, /) -> bytes | bytearray | memoryview | None:
        """Returns a value.

        Args:
            name: The value's name.

        Returns:
            The value; None if there is none.
        """

    def put(
        self, name: str, value: bytes, expected: bytes | None, keep_until: datetime | None, /
    ) -> bool:
        """Replaces a value, atomically, if it is still the expected one.

        Args:
            name: The value's name.
            value: The new value.
            expected: The value to replace; None to add one only if there is none.
            keep_until: When the value may be dropped, in UTC, by this machine's clock even if the
                app has another one; None to keep it.

        Returns:
            Whether the value was stored.
        """

    def remove(self, name: str, expected: bytes, /) -> object:
        """Removes a value, atomically, if it is still the expected one.

        Args:
            name: The value's name.
            expected: The value to remove.
        """

    def lock(self, name: str, owner: str, lease: timedelta, /) -> bool:
        """Takes a lock for an owner, atomically, unless another owner has it.

        Args:
            name: The lock's name.
            owner: The owner's name.
            lease: How long the lock is held if it is not released before. If the owner has the
                lock already, the lease begins anew. Best measured by a clock that nobody sets.

        Returns:
            Whether the owner has the lock.
        """

    def unlock(self, name: str, owner: str, /) -> object:
        """Releases a lock if the owner still has it.

        Args:
            name: The lock's name.
            owner: The owner that took it.
        """


# Tracebacks name it by its public module.
Store.__module__ = "appmint"
