"""Addresses of one's own account."""

from django.urls import path

from accounts import expert_pages, language_pages, photo_pages, session_pages, views

app_name = "accounts"
urlpatterns = [
    path("profile/", views.profile, name="profile"),
    path("profile/name/", views.change_name, name="change_name"),
    path("profile/times/", views.change_times, name="change_times"),
    path("profile/skills/", views.change_wanted_skills, name="change_wanted_skills"),
    path("profile/zone/", views.change_zone, name="change_zone"),
    path("photo/", photo_pages.photo_settings, name="photo_settings"),
    path("photo/remove/", photo_pages.remove_photo, name="remove_photo"),
    path("photos/<slug:name>.webp", photo_pages.photo, name="photo"),
    path("language/", language_pages.change_language, name="change_language"),
    path("sessions/", session_pages.sessions, name="sessions"),
    path("sessions/others/end/", session_pages.end_others, name="end_other_sessions"),
    path("sessions/<int:pk>/end/", session_pages.end_session, name="end_session"),
    path("expert/", expert_pages.expert_settings, name="expert_settings"),
    path("expert/services/new/", expert_pages.add_service, name="add_service"),
    path("expert/services/<int:pk>/", expert_pages.edit_service, name="edit_service"),
]
