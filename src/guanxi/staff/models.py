"""Users, the units in which they work, and the tokens of their programs."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from guanxi.foundation.actor import Actor
from guanxi.foundation.language import LANGUAGES
from guanxi.staff.roles import GRANTED, May, Role


class Unit(models.Model):
    """A department, or a team in one; units below a unit are its members' to answer for."""

    class Kind(models.TextChoices):
        DEPARTMENT = "department", _("Department")
        TEAM = "team", _("Team")

    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.TEAM)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["name", "parent"], name="unit_one_name_per_parent"),
            models.UniqueConstraint(
                fields=["name"], condition=Q(parent=None), name="unit_one_name_at_the_top"
            ),
            models.CheckConstraint(condition=~Q(parent=models.F("pk")), name="unit_not_its_own_parent"),
        )

    def __str__(self) -> str:
        return self.name


class User(AbstractUser):
    """A person who works with the product and signs in with an e-mail address."""

    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="members")
    """Where the person works; with the role it says whose customers they see."""
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


class ApiToken(models.Model):
    """What a program signs in with, for the person whom it belongs to. Of its secret only a hash is kept."""

    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80)
    """What the person calls it: which program has it."""
    secret_hash = models.CharField(max_length=64)
    scopes = models.JSONField(default=list)
    """Permissions that it was given; they hold only as far as the person's role grants them now."""
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_on = models.DateField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("created_at")), name="api_token_expires_later"
            ),
        )

    def __str__(self) -> str:
        return f"API token {self.pk} of {self.user_id}: {self.name}"

    def may(self, permission: May) -> bool:
        """Whether a program with this token may do something now."""
        return permission in self.scopes and self.user.may(permission)

    def is_valid(self, at: datetime) -> bool:
        """Whether it opens anything at an instant."""
        return self.revoked_at is None and at < self.expires_at and self.user.is_active
