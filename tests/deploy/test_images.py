"""What the Dockerfile and docker-compose.yml name must exist in the product."""

import re
import shlex
from typing import Any

import pytest
import yaml
from celery.bin.celery import celery
from django.core.management import get_commands
from django.utils.module_loading import import_string

from scripts.write_configuration import read_variables
from tests.conftest import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OWN = [name for name, service in SERVICES.items() if service["image"] == "scalpaiboard"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
VARIABLES = {name for name, _, _ in read_variables()}


def words(command: str) -> list[str]:
    parts = shlex.split(command)
    return shlex.split(parts[2]) if parts[0] == "sh" else parts


@pytest.mark.parametrize("name", OWN)
def test_every_management_command_exists(name: str) -> None:
    parts = words(SERVICES[name]["command"])

    for position, part in enumerate(parts):
        if part == "manage.py":
            assert parts[position + 1] in get_commands()


@pytest.mark.parametrize("name", OWN)
def test_celery_commands_and_their_application_exist(name: str) -> None:
    parts = words(SERVICES[name]["command"])
    if parts[0] != "celery":
        return

    assert import_string(f"{parts[2]}.celery.app")
    command = celery.commands[parts[3]]
    known = {option for one in command.params for option in one.opts}
    assert {part for part in parts[3:] if part.startswith("--")} <= known


def test_the_web_server_serves_an_application_that_exists() -> None:
    target = next(part for part in words(SERVICES["web"]["command"]) if ":" in part)
    module, _, attribute = target.partition(":")

    assert callable(import_string(f"{module}.{attribute}"))


def test_every_role_of_the_product_has_a_service() -> None:
    assert set(SERVICES) == {
        "migrate",
        "web",
        "feed",
        "worker",
        "beat",
        "postgres",
        "redis",
        "proxy",
    }


@pytest.mark.parametrize("name", OWN)
def test_only_variables_that_the_product_reads_are_set(name: str) -> None:
    assert set(SERVICES[name]["environment"]) <= VARIABLES


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_every_service_has_limits(name: str) -> None:
    limits = SERVICES[name]["deploy"]["resources"]["limits"]

    assert float(limits["cpus"]) > 0
    assert re.fullmatch(r"\d+[MG]", limits["memory"])


def test_the_port_is_the_same_everywhere() -> None:
    caddy = (ROOT / "deploy" / "Caddyfile").read_text()

    assert "EXPOSE 8000" in DOCKERFILE
    assert "--port 8000" in SERVICES["web"]["command"]
    assert "reverse_proxy web:8000" in caddy


def test_files_that_are_mounted_or_copied_exist() -> None:
    mounted = [
        volume.partition(":")[0]
        for service in SERVICES.values()
        for volume in service.get("volumes", [])
    ]
    copied = re.findall(r"^COPY (?!--)(.+) \S+$", DOCKERFILE, re.MULTILINE)

    for source in [one for one in mounted if one.startswith(".")]:
        assert (ROOT / source).exists()
    for source in " ".join(copied).split():
        assert (ROOT / source).exists()
    named = [one for one in mounted if not one.startswith(".")]
    assert set(named) == set(COMPOSE["volumes"])


def test_the_build_context_holds_what_the_image_copies() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    copied = re.findall(r"^COPY (?!--)(.+) \S+$", DOCKERFILE, re.MULTILINE)

    for source in " ".join(copied).split():
        assert f"!{source.partition('/')[0]}" in ignored


def test_the_image_does_not_run_as_root() -> None:
    last_user = re.findall(r"^USER (\S+)", DOCKERFILE, re.MULTILINE)[-1]

    assert last_user not in {"root", "0"}


def test_health_checks_ask_addresses_that_exist() -> None:
    from django.urls import resolve  # noqa: PLC0415 - needs the product's URLs

    for path in re.findall(r"127\.0\.0\.1:8000(/\w+)", DOCKERFILE + str(SERVICES)):
        assert resolve(path).route
