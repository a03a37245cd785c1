"""People for the tests of the ledger."""

import pytest

from accounts.models import User
from tests.factories import PersonFactory


@pytest.fixture
def payer() -> User:
    return PersonFactory.create(credits=100)


@pytest.fixture
def payee() -> User:
    return PersonFactory.create()
