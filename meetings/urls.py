"""Addresses of meetings and experts."""

from django.urls import path

from meetings.views import (
    calendar_address,
    dashboard,
    experts,
    helping,
    joining,
    leaving,
    meeting,
    own_link,
    privacy,
    suggesting,
    video_events,
)

app_name = "meetings"
urlpatterns = [
    path("meetings/", dashboard.dashboard, name="dashboard"),
    path("meetings/all/", dashboard.meeting_list, name="list"),
    path("meetings/<int:pk>/", meeting.meeting_detail, name="detail"),
    path("meetings/<int:pk>/suggest/", suggesting.suggest_to_user, name="suggest_to_user"),
    path("meetings/<int:pk>/link/", own_link.own_link, name="own_link"),
    path("meetings/<int:pk>/suggest/preview/", suggesting.preview_for_expert, name="preview_for_expert"),
    path("meetings/<int:pk>/calendar.ics", meeting.calendar_file, name="calendar_file"),
    path("meetings/<int:pk>/<slug:action>/", meeting.act, name="act"),
    path("meetings/<int:pk>/<slug:action>/preview/", meeting.preview_action, name="preview"),
    path("calendar/<str:token>.ics", calendar_address.feed, name="feed"),
    path("account/calendar/", calendar_address.calendar_address, name="calendar_address"),
    path("account/calendar/new/", calendar_address.renew, name="renew_calendar_address"),
    path("account/calendar/delete/", calendar_address.delete, name="delete_calendar_address"),
    path("experts/", experts.experts, name="experts"),
    path("experts/<int:pk>/", experts.expert, name="expert"),
    path("experts/<int:pk>/favourite/", experts.favourite, name="favourite"),
    path("experts/<int:pk>/suggest/", suggesting.suggest_to_expert, name="suggest"),
    path("experts/<int:pk>/suggest/preview/", suggesting.preview_for_user, name="preview_for_user"),
    path("help/", helping.overview, name="help"),
    path("help/users/", helping.users, name="help_users"),
    path("help/experts/", helping.experts, name="help_experts"),
    path("privacy/", privacy.privacy, name="privacy"),
    path("account/data/", leaving.own_data, name="own_data"),
    path("account/delete/", leaving.delete_account, name="delete_account"),
    path("account/deleted/", leaving.deleted, name="deleted"),
    path("join/<str:token>/", joining.join, name="join"),
    path("join/<str:token>/room/", joining.room, name="room"),
    path("video/janus/events/", video_events.janus, name="janus_events"),
]
