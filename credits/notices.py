"""What people are told about their credits."""

from django.utils.translation import gettext_lazy as _

from notifications.kinds import Kind

BONUS = Kind(
    "bonus",
    title=_("Bonus credits for verbal evaluation"),
    text=_("You received {amount_credits} for your evaluation in words. Thank you."),
    button=_("Open My account"),
    is_optional=True,
)
GRANTED = Kind(
    "credits_granted",
    title=_("Credits granted"),
    text=_("You received {amount_credits}."),
    button=_("Open My account"),
    is_optional=True,
)
PAYOUT = Kind(
    "payout",
    title=_("Payout"),
    text=_("{amount_credits} of your account were paid out to you."),
    button=_("Open My account"),
    is_optional=True,
)

KINDS = (BONUS, GRANTED, PAYOUT)
