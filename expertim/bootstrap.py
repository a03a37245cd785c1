"""What every program of the project needs before anything else of it is imported."""

import os
import zoneinfo

# Web, worker, beat and commands start with nothing set but what .env.example calls needed.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "expertim.settings")

# One source of zone rules: the pinned tzdata, whatever files the system has (docs/decisions/0011-zones.md).
zoneinfo.reset_tzpath(to=())
zoneinfo.ZoneInfo.clear_cache()
