"""Olga at the admin's pages."""

import pytest
from django.test import Client

from accounts.models import User


@pytest.fixture
def operator(client: Client, olga: User) -> Client:
    client.force_login(olga)
    return client
