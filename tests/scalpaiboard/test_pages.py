import json
from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import User

pytestmark = pytest.mark.django_db


def test_style_guide_is_not_there_for_a_stranger_or_a_user(client: Client) -> None:
    stranger = client.get("/styleguide/")
    client.force_login(User.objects.create_user("bob@example.org", "plain"))

    assert stranger.status_code == 404
    assert client.get("/styleguide/").status_code == 404


def test_style_guide_shows_an_operator_every_look(client: Client) -> None:
    client.force_login(User.objects.create_superuser("olga@example.org", "plain"))

    answer = client.get("/styleguide/")

    assert answer.status_code == 200
    assert answer.content.decode().count('class="look"') == 4


def test_offline_page_is_the_same_for_everyone(client: Client) -> None:
    nameless = client.get("/offline/").content
    client.force_login(User.objects.create_superuser("olga@example.org", "plain"))

    assert client.get("/offline/").content == nameless


@pytest.fixture
def build(tmp_path: Path, settings: Settings) -> Path:
    settings.FRONTEND_MANIFEST = tmp_path / "manifest.json"
    (tmp_path / "worker-1a.js").write_text("work();")
    write_manifest(tmp_path, main="main-1a.js")
    return tmp_path


def write_manifest(folder: Path, *, main: str) -> None:
    entries = {
        "worker/worker.ts": {"file": "worker-1a.js"},
        "src/main.ts": {"file": main, "css": ["main-2b.css"], "assets": ["f.woff2"]},
    }
    (folder / "manifest.json").write_text(json.dumps(entries))


def build_of(script: str) -> dict[str, object]:
    first, rest = script.split("\n", 1)
    assert rest == "work();"
    build: dict[str, object] = json.loads(
        first.removeprefix("const BUILD = ").removesuffix(";")
    )
    return build


def test_service_worker_lists_the_built_files_but_not_itself(
    client: Client, build: Path
) -> None:
    answer = client.get("/service-worker.js")

    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert "no-cache" in answer.headers["Cache-Control"]
    said = build_of(answer.content.decode())
    assert said["offline"] == "/offline/"
    assert said["assets"] == [
        f"/static/app/{file}"
        for file in ("f.woff2", "icon-192.png", "main-1a.js", "main-2b.css", "mark.svg")
    ]


def test_service_worker_of_another_build_is_another(
    client: Client, build: Path
) -> None:
    before = build_of(client.get("/service-worker.js").content.decode())
    write_manifest(build, main="main-3c.js")
    after = build_of(client.get("/service-worker.js").content.decode())

    assert before["version"] != after["version"]
