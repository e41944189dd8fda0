"""The product's settings for a test run: a data directory that is thrown away."""

import atexit
import os
import shutil
import tempfile

if "SCALPAIBOARD_TEST_DIR" not in os.environ:
    os.environ["SCALPAIBOARD_TEST_DIR"] = tempfile.mkdtemp(prefix="scalpaiboard-test-")
    atexit.register(
        shutil.rmtree, os.environ["SCALPAIBOARD_TEST_DIR"], ignore_errors=True
    )
os.environ["DATA_DIR"] = os.environ["SCALPAIBOARD_TEST_DIR"]
# Each of several workers has a database of its own, in Redis as well.
_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
if os.environ.get("REDIS_URL"):
    _SERVER, _, _NUMBER = os.environ["REDIS_URL"].rpartition("/")
    os.environ["REDIS_URL"] = f"{_SERVER}/{int(_NUMBER) + int(_WORKER)}"
os.environ.setdefault("SECRET_KEY", "only-for-tests-only-for-tests-only-for-tests-only")

from scalpaiboard.settings import *  # noqa: F403 - these are the settings
from scalpaiboard.settings import DATA_DIR, DATABASES, STATIC_ROOT

STATIC_ROOT.mkdir(parents=True, exist_ok=True)

# A hash that takes its time is right for people, not for a thousand tests.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, as in production: other threads see it and its locks are the same.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
