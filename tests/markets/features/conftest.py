"""The stored days, made once."""

import pytest

from tests.markets.features.past import Past, past


@pytest.fixture(scope="package")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Past:
    return past(tmp_path_factory.mktemp("features"))
