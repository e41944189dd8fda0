import json
from pathlib import Path

import pytest
from django.template import Context, Template
from pytest_django.fixtures import Settings

from scalpaiboard.frontend import FrontendNotBuiltError


@pytest.fixture
def manifest(tmp_path: Path, settings: Settings) -> Path:
    path = tmp_path / "manifest.json"
    settings.FRONTEND_MANIFEST = path
    return path


def render(tag: str) -> str:
    return Template("{% load frontend %}" + tag).render(Context())


def test_tags_name_the_built_files(manifest: Path) -> None:
    entry = {"file": "assets/main-1a.js", "css": ["assets/main-2b.css"]}
    manifest.write_text(json.dumps({"src/main.ts": entry}))

    script = render('{% frontend_module "src/main.ts" %}')
    styles = render('{% frontend_styles "src/main.ts" %}')

    assert 'src="/static/app/assets/main-1a.js"' in script
    assert 'href="/static/app/assets/main-2b.css"' in styles


def test_missing_build_says_what_to_run(manifest: Path) -> None:
    with pytest.raises(FrontendNotBuiltError, match="make setup"):
        render('{% frontend_module "src/main.ts" %}')


def test_build_of_another_version_names_the_missing_entry(manifest: Path) -> None:
    manifest.write_text("{}")

    with pytest.raises(FrontendNotBuiltError, match=r"src/main\.ts"):
        render('{% frontend_module "src/main.ts" %}')
