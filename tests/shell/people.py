"""Who looks at the pages of these tests."""

from __future__ import annotations

from django.test import Client

from guanxi.staff.models import User


def person(role: str, name: str = "Ada", language: str = "en") -> Client:
    """Somebody of a role, signed in."""
    client, email = Client(), f"{name}@example.com".lower()
    user = User.objects.create_user(email, email, first_name=name, role=role, language=language)
    client.force_login(user)
    return client
