"""Tables of people and of what they offer."""

from accounts.models.catalogue import Expertise, ServiceKind, Skill
from accounts.models.expert import ExpertProfile, Service
from accounts.models.photo import Photo
from accounts.models.user import User

__all__ = ["ExpertProfile", "Expertise", "Photo", "Service", "ServiceKind", "Skill", "User"]
