import pytest

from scalpaiboard.lib.http import GuardedTransport, HttpClient
from scalpaiboard.lib.networks import AllowedHosts

LOOPBACK = AllowedHosts.parse(["127.0.0.1"])


@pytest.fixture
def client() -> HttpClient:
    """What calls people's addresses, with this machine among the operator's own."""
    return HttpClient(GuardedTransport(LOOPBACK), limit_s=20)


@pytest.fixture
def hasty_client() -> HttpClient:
    return HttpClient(GuardedTransport(LOOPBACK), limit_s=0.3)
