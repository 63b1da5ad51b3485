"""Users."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from guanxi.foundation.actor import Actor
from guanxi.foundation.language import LANGUAGES
from guanxi.staff.roles import GRANTED, May, Role


class User(AbstractUser):
    """A person who works with the product and signs in with an e-mail address."""

    role = models.CharField(max_length=20, choices=Role, default=Role.ANALYST)
    language = models.CharField(max_length=10, choices=LANGUAGES, blank=True)
    """The language of the pages; what the browser asks for where nothing was chosen."""

    class Meta:
        constraints = (
            models.UniqueConstraint(Lower("email"), name="user_one_per_email", condition=~Q(email="")),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="user_role_known"),
        )

    def may(self, permission: May) -> bool:
        """Whether this person may do something."""
        return self.is_active and permission in GRANTED[Role(self.role)]

    @property
    def actor(self) -> Actor:
        """This person as services know them."""
        return Actor(self.get_full_name() or self.email or self.username)
