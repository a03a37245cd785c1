"""What somebody types who signs up."""

from tests.factories import PASSWORD

NEW = {
    "email": "Jana@Example.com",
    "first_name": "Jana",
    "last_name": "Nováková",
    "time_zone": "Asia/Kathmandu",
    "password1": PASSWORD,
}
