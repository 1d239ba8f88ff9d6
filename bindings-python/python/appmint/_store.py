"""The protocol of a store that the program implements itself."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime, timedelta


@runtime_checkable
class Store(Protocol):
    """A store that the program implements, which keeps bytes by name, outside of the
    process.

    The bytes are sealed with the app's store_key, unless store_unencrypted is set. A
    function that fails, or that takes longer than five seconds or than its caller has
    time, causes an event store_failed: an installation token is then minted without the
    store, while the calls of a session fail.

    Methods are called on worker threads, several at a time, and may block. One that
    raises has failed; the exception is the cause of the StoreError or CallbackError with
    which a session fails.
    """

    def get(self, name: str, /) -> bytes | bytearray | memoryview | None:
        """Returns the value of a name.

        None if there is none.

        Args:
            name: The value's name.

        Returns:
            The value.
        """

    def put(
        self, name: str, value: bytes, expected: bytes | None, keep_until: datetime | None, /
    ) -> bool:
        """Replaces a value, atomically, if it is still the expected one.

        Args:
            name: The value's name.
            value: The new value.
            expected: The value to replace; None to add one only if there is none.
            keep_until: When the value may be dropped, in UTC, by this machine's clock even if
                the app has another one; None to keep it.

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

        The lock is free again after the lease, even if its owner has died. If the owner has
        it already, the lease begins anew. Leases are best measured by a clock that nobody
        sets: the store's own, or the time since the machine started.

        Args:
            name: The lock's name.
            owner: The owner's name.
            lease: How long the lock is held if it is not released before.

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
