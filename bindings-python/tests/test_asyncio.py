"""Coroutines: an event loop is never blocked, and cancelling one stops only its own waiting."""

import asyncio
import gc
import inspect
import json
import random
import resource
import subprocess
import sys
import threading
import warnings
from collections.abc import Awaitable, Coroutine
from concurrent.futures import ThreadPoolExecutor

import anyio
import appmint
import pytest
import trio
import uvloop
from conftest import TOKEN, pages, requested_paths, url
from gate import Gate

pytestmark = pytest.mark.filterwarnings("error::RuntimeWarning")


def run(main, seconds=60):
    """Runs a coroutine to its end; one that hangs fails."""
    return asyncio.run(asyncio.wait_for(main, seconds))


@pytest.fixture(params=["asyncio", "uvloop", "trio"])
def run_anywhere(request):
    """Runs an async function on one of the event loops."""
    backend, options = request.param, {}
    if backend == "uvloop":
        backend, options = "asyncio", {"use_uvloop": True}

    def run(main, *args):
        async def limited():
            with anyio.fail_after(60):
                return await main(*args)
        return anyio.run(limited, backend=backend, backend_options=options)

    return run


@pytest.fixture
def gate():
    gate = Gate()
    yield gate
    gate.opened.set()
    gate.server.shutdown()
    gate.server.server_close()


@pytest.fixture
def slow(settings, gate):
    return appmint.App("atomgit", **settings | {"api_url": gate.url}, timeout=60)


def test_a_call_is_awaited_on_every_event_loop(run_anywhere, app, platform):
    platform.respond("/app/installations/14", 200, {"id": 14, "account": {"login": "octocat"}})

    async def main():
        source = app.installation(14)
        tokens = [await source.token_async(), await source.token_async()]
        assert tokens[0] == tokens[1] and tokens[0].reveal() == TOKEN
        assert (await source.authorization_header_async()).endswith(TOKEN)
        assert (await app.jwt_async()).kind == "jwt"
        platform.respond("/app/installations/7/access_tokens", 404, {"message": "no"})
        with pytest.raises(appmint.NotFoundError):
            await app.installation(7).token_async()

    run_anywhere(main)


def test_calls_run_side_by_side_on_every_event_loop(run_anywhere, slow, gate):
    async def main():
        got = []

        async def mint(number):
            got.append(await slow.installation(number).token_async())

        async def answer():
            await anyio.to_thread.run_sync(gate.wait_for, 20)
            gate.opened.set()

        async with anyio.create_task_group() as group:
            group.start_soon(answer)
            for number in range(20):
                group.start_soon(mint, number + 1)
        assert len({token.reveal() for token in got}) == 20

    run_anywhere(main)


def test_a_token_from_memory_takes_no_turn_of_the_loop(app):
    source = app.installation(14)
    token = source.token()

    def step(coroutine):
        with pytest.raises(StopIteration) as ended:
            coroutine.send(None)
        return ended.value.value

    # No loop runs here at all.
    assert step(source.token_async()) == token
    assert step(source.authorization_header_async()) == token.authorization_header()

    async def main():
        turns = []
        asyncio.get_running_loop().call_soon(turns.append, "a turn")
        for _ in range(100):
            await source.token_async(60)
        return list(turns)

    assert run(main()) == []


def test_more_mints_than_threads_wait_on_one_thread_and_all_complete(slow, gate):
    """500 at once: as many as the core sends side by side are on their way, and no Python thread waits."""
    async def main():
        mints = [asyncio.create_task(slow.installation(n).token_async()) for n in range(1, 501)]
        await gate.wait_for_async(64)
        assert not any(mint.done() for mint in mints)
        assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("asyncio")]
        gate.opened.set()
        return await asyncio.gather(*mints)

    assert len({token.reveal() for token in run(main())}) == 500
    assert gate.most == 64 and gate.answered == 500


def test_the_loop_turns_while_calls_are_on_their_way(slow, gate):
    async def main():
        mints = [asyncio.create_task(slow.installation(n).token_async()) for n in range(1, 41)]
        await gate.wait_for_async(40)
        for _ in range(1000):
            await asyncio.sleep(0)
        assert gate.answered == 0
        gate.opened.set()
        await asyncio.gather(*mints)

    run(main())


def test_cancelling_frees_the_awaiter_and_the_task_goes_on_for_others(slow, gate):
    async def main():
        source = slow.installation(14)
        cancelled, other = (asyncio.create_task(source.token_async()) for _ in range(2))
        await gate.wait_for_async(1)
        cancelled.cancel()
        with pytest.raises(asyncio.CancelledError):
            await cancelled
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(source.token_async(), 0.001)
        assert gate.answered == 0
        gate.opened.set()
        return await other

    assert run(main()).reveal() == TOKEN + "1"
    assert gate.answered == 1


def test_cancellation_at_random_moments_leaves_nothing_behind(app, platform):
    """From before the first step to after the result."""
    for number in range(1, 9):
        minted = {"token": TOKEN, "expires_at": "2025-11-21T13:00:00.000+08:00"}
        platform.respond(f"/app/installations/{number}/access_tokens", 201, minted)
    chance = random.Random(7)

    async def main():
        for _ in range(60):
            tasks = []
            for _ in range(8):
                source = app.installation(chance.randint(1, 8))
                source.invalidate()
                tasks.append(asyncio.create_task(source.token_async()))
            for task in chance.sample(tasks, 5):
                for _ in range(chance.choice([0, 0, 1, 2, 50])):
                    await asyncio.sleep(0)
                task.cancel()
            done = await asyncio.gather(*tasks, return_exceptions=True)
            assert all(isinstance(each, (appmint.Token, asyncio.CancelledError)) for each in done)
        return (await app.installation(1).token_async()).reveal()

    assert run(main()) == TOKEN


def test_a_listing_is_iterated_and_a_cancelled_item_is_not_lost(github, platform):
    paths = pages(platform, "/app/installations", [{"id": 1}, {"id": 2}], [{"id": 3}])

    async def main():
        listing = github.installations()
        first = asyncio.create_task(anext_of(listing))
        await asyncio.sleep(0)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        return [each.id async for each in listing]

    assert run(main()) == ["1", "2", "3"]
    assert requested_paths(platform) == paths


async def anext_of(iterator):
    return await iterator.__anext__()


def test_a_listing_goes_on_with_the_page_that_failed(github, platform):
    pages(platform, "/app/installations", [{"id": 1}])
    right = platform.responses["/app/installations?per_page=100"]
    platform.respond("/app/installations?per_page=100", 500, {})

    async def main():
        listing = github.installations()
        with pytest.raises(appmint.ServerError):
            await anext_of(listing)
        platform.responses["/app/installations?per_page=100"] = right
        return [each.id async for each in listing]

    assert run(main()) == ["1"]


def test_a_caller_waits_no_longer_than_its_timeout(slow, gate):
    async def main():
        source = slow.installation(14)
        with pytest.raises(appmint.TimeoutError, match="the timeout of this call is 0"):
            await source.token_async(timeout=0)
        with pytest.raises(appmint.TimeoutError, match="no answer before the deadline"):
            await source.token_async(timeout=0.001)
        gate.opened.set()
        return (await source.token_async()).reveal()

    assert run(main()) == TOKEN + "1"


def test_a_task_that_is_stuck_frees_its_awaiter_at_the_deadline(settings):
    """A store that hangs may keep a task beyond its deadline; nobody waits for it longer."""
    class Store:
        def block(self, *_):
            released.wait()

        get = put = remove = lock = unlock = block

    released = threading.Event()
    app = appmint.App("github", **settings, store=Store(), store_key="00" * 32, timeout=0.05)
    try:
        with pytest.raises((appmint.TimeoutError, appmint.StoreError, appmint.CallbackError)):
            run(app.session("octocat").token_async())
    finally:
        released.set()


def test_a_loop_that_is_closed_meanwhile_is_left_alone(slow, gate):
    async def start():
        asyncio.ensure_future(slow.installation(14).token_async())
        await gate.wait_for_async(1)

    raised = []
    loop = asyncio.new_event_loop()
    loop.run_until_complete(start())
    loop.close()  # without cancelling
    sys.unraisablehook, hook = raised.append, sys.unraisablehook
    try:
        gate.opened.set()
        assert slow.installation(14).token().reveal() == TOKEN + "1"
        gc.collect()
    finally:
        sys.unraisablehook = hook
    assert not raised


def test_asyncio_run_cancels_what_is_on_its_way_and_another_run_goes_on(slow, gate):
    async def start():
        asyncio.ensure_future(slow.installation(14).token_async())
        await gate.wait_for_async(1)

    run(start())
    gate.opened.set()
    assert run(slow.installation(14).token_async()).reveal() == TOKEN + "1"


def test_loops_in_several_threads_share_one_mint(slow, gate):
    def work(_):
        return run(slow.installation(14).token_async()).reveal()

    with ThreadPoolExecutor(8) as pool:
        tokens = pool.map(work, range(8))
        gate.wait_for(1)
        gate.opened.set()
        assert set(tokens) == {TOKEN + "1"}


def test_a_coroutine_is_one_to_asyncio_and_is_awaited_once(app):
    source = app.installation(14)
    coroutine = source.token_async()
    assert isinstance(coroutine, Coroutine) and isinstance(coroutine, Awaitable)
    assert (coroutine.__name__, coroutine.__qualname__) == ("token_async", "TokenSource.token_async")
    assert asyncio.iscoroutine(coroutine) and inspect.isawaitable(coroutine)

    async def main():
        await asyncio.create_task(coroutine)
        with pytest.raises(RuntimeError, match="already awaited"):
            await coroutine

    run(main())


def test_a_coroutine_that_nobody_awaits_sends_nothing_and_says_so(app, platform):
    with pytest.warns(RuntimeWarning, match=r"'TokenSource\.token_async' was never awaited"):
        app.installation(14).token_async()
        gc.collect()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        app.installation(14).token_async().close()

    async def main():
        task = asyncio.create_task(app.installation(14).token_async())
        task.cancel()  # before its first step
        with pytest.raises(asyncio.CancelledError):
            await task

    run(main())
    assert not platform.requests


def test_arguments_are_checked_by_the_call_itself(app):
    with pytest.raises(TypeError, match="min_valid"):
        app.installation(14).token_async("soon")


def test_an_app_is_closed_without_blocking_the_loop(settings):
    async def main():
        async with appmint.App("atomgit", **settings) as app:
            await app.installation(14).token_async()
        with pytest.raises(appmint.InvalidArgumentError, match="closed"):
            await app.installation(14).token_async()

    run(main())


def test_a_descriptor_is_discovered(settings, platform):
    platform.respond("/.well-known/oauth-authorization-server", 200, {
        "issuer": platform.url, "authorization_endpoint": f"{platform.url}/authorize",
        "token_endpoint": f"{platform.url}/token", "response_types_supported": ["code"]})
    assert json.loads(run(appmint.discover_async(platform.url, proxy="")))["name"]


def test_an_error_of_a_callback_is_the_cause(settings):
    raised = RuntimeError("the HSM is gone")

    def sign(_):
        raise raised

    app = appmint.App("atomgit", **settings | {"private_key": None}, signer=sign)
    with pytest.raises(appmint.CallbackError) as caught:
        run(app.installation(14).token_async())
    assert caught.value.__cause__ is raised


def test_a_million_reads_keep_no_memory(app):
    source = app.installation(14)

    async def read(count):
        for _ in range(count):
            await source.token_async()

    run(read(50_000))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    run(read(1_000_000), 600)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 2048, "in KiB"


def test_a_program_may_exit_with_calls_on_their_way(unresponsive, key_file):
    program = """
import asyncio, sys, appmint
app = appmint.App("atomgit", api_url=sys.argv[1], app_id=75, private_key=open(sys.argv[2]).read(), proxy="")
async def main():
    tasks = [asyncio.ensure_future(app.installation(n).token_async()) for n in range(1, 9)]
    await asyncio.sleep(0)
asyncio.run(main())
loop = asyncio.new_event_loop()
task = loop.create_task(app.installation(99).token_async())
loop.run_until_complete(asyncio.sleep(0))
print("over", flush=True)
"""
    done = subprocess.run([sys.executable, "-c", program, url(unresponsive), str(key_file)], timeout=60,
                          capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "over\n"), done.stderr
    assert "Fatal" not in done.stderr and "panick" not in done.stderr
