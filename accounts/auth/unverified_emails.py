"""Addresses that people say are theirs: a claim that waits for its confirmation keeps nobody else from it."""

from allauth.account.models import EmailAddress

from accounts.models import User


def is_taken(address: str) -> bool:
    """Whether this address, in lower case, is that of an account."""
    is_verified = EmailAddress.objects.filter(email=address, verified=True).exists()
    return is_verified or User.objects.filter(email=address).exists()


def forget(address: str) -> None:
    """Delete what people claim who have another address in force; links that they were sent are void."""
    EmailAddress.objects.filter(email=address, verified=False).exclude(user__email=address).delete()
