"""Celery's prefork pool: its processes use the app that the parent made."""

import json
import os
import subprocess
import sys

import pytest
from api import Api

TASKS = """
import os

import appmint
from celery import Celery

FOLDER = os.environ["FOLDER"]
celery = Celery("tasks", broker="filesystem://", backend=f"file://{FOLDER}/results")
celery.conf.update(broker_transport_options={"data_folder_in": f"{FOLDER}/queue", "data_folder_out": f"{FOLDER}/queue"},
                   worker_prefetch_multiplier=1)
app = appmint.App.from_env(store=f"sqlite:{FOLDER}/tokens.db", store_unencrypted=True)


@celery.task
def work(installation):
    return [app.installation(installation).token().kind, os.getpid()]
"""


@pytest.fixture
def api():
    api = Api()
    yield api
    api.close()


def test_tasks_use_the_app_that_the_pool_inherited(api, key_file, tmp_path):
    (tmp_path / "tasks.py").write_text(TASKS)
    for name in ("queue", "results"):
        (tmp_path / name).mkdir()
    settings = {"PLATFORM": "github", "API_URL": api.url, "WEB_URL": api.url, "APP_ID": "75", "PRIVATE_KEY_FILE": str(key_file), "PROXY": "none"}
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("APPMINT_")}
    env = inherited | {f"APPMINT_{name}": value for name, value in settings.items()} | {"FOLDER": str(tmp_path)}
    command = [sys.executable, "-m", "celery", "-A", "tasks:celery", "worker", "-P", "prefork", "-c", "4", "--without-gossip", "--without-mingle"]
    with subprocess.Popen(command, cwd=tmp_path, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as worker:
        try:
            asks = "import json, tasks; print(json.dumps([each.get(60) for each in [tasks.work.delay(n % 2 + 14) for n in range(16)]]))"
            done = subprocess.run([sys.executable, "-c", asks], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=100)
        finally:
            worker.terminate()
            output = worker.communicate(timeout=60)[0]
    assert done.returncode == 0, done.stderr + output
    answers = json.loads(done.stdout)
    assert {kind for kind, _ in answers} == {"installation"} and worker.pid not in {process for _, process in answers}
    assert api.minted == 2, "one for each installation, in four processes"
    assert "ghs_" not in output + done.stdout
