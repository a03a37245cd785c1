"""Addresses of My account."""

from django.urls import path

from credits import views

app_name = "credits"
urlpatterns = [
    path("", views.account, name="account"),
    path("movements.csv", views.movements_csv, name="movements_csv"),
]
