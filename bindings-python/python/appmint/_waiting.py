"""How a coroutine waits for a call: on the event loop of asyncio, or in a task of trio. How a callback is awaited."""

from __future__ import annotations

import asyncio
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine
    from typing import Any, Protocol, TypeVar

    _T = TypeVar("_T")

    class _Pending(Protocol):
        """A call that has not completed."""

        def on_complete(self, callback: Callable[[], object], /) -> None:
            """Calls back when the call completes or its time is over: on another thread, or at once."""

        def forget(self) -> None:
            """Does not call back any more."""


def wait(call: _Pending) -> Coroutine[Any, Any, None]:
    """Waits until a call completes or its time is over."""
    trio = sys.modules.get("trio")
    # In trio's guest mode a loop of asyncio runs on the same thread.
    in_trio = trio is not None and trio.lowlevel.in_trio_task()
    return _wait_in_trio(call) if in_trio else _wait_in_asyncio(call)


async def _wait_in_asyncio(call: _Pending) -> None:
    loop = asyncio.get_running_loop()
    completed = loop.create_future()
    call.on_complete(lambda: loop.call_soon_threadsafe(_complete, completed))
    try:
        await completed
    finally:
        call.forget()


def _complete(future: asyncio.Future[None]) -> None:
    if not future.done():  # by being cancelled
        future.set_result(None)


async def _wait_in_trio(call: _Pending) -> None:
    import trio

    completed, trio_thread = trio.Event(), trio.lowlevel.current_trio_token()
    call.on_complete(lambda: trio_thread.run_sync_soon(completed.set))
    try:
        await completed.wait()
    finally:
        call.forget()


def run(awaitable: Awaitable[_T]) -> _T:
    """Runs an async callback to its end, on a worker thread and an event loop of its own."""

    async def result() -> _T:
        return await awaitable

    return asyncio.run(result())
