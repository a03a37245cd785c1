"""Addresses of one's own account."""

from django.urls import path

from accounts.auth import session_views
from accounts.experts import views as expert_views
from accounts.profile import language_views, photo_views, views

app_name = "accounts"
urlpatterns = [
    path("profile/", views.profile, name="profile"),
    path("profile/name/", views.change_name, name="change_name"),
    path("profile/times/", views.change_times, name="change_times"),
    path("profile/skills/", views.change_wanted_skills, name="change_wanted_skills"),
    path("profile/zone/", views.change_zone, name="change_zone"),
    path("photo/", photo_views.photo_settings, name="photo_settings"),
    path("photo/remove/", photo_views.remove_photo, name="remove_photo"),
    path("photos/<slug:name>.webp", photo_views.photo, name="photo"),
    path("language/", language_views.change_language, name="change_language"),
    path("sessions/", session_views.sessions, name="sessions"),
    path("sessions/others/end/", session_views.end_others, name="end_other_sessions"),
    path("sessions/<int:pk>/end/", session_views.end_session, name="end_session"),
    path("expert/", expert_views.expert_settings, name="expert_settings"),
    path("expert/services/new/", expert_views.add_service, name="add_service"),
    path("expert/services/<int:pk>/", expert_views.edit_service, name="edit_service"),
]
