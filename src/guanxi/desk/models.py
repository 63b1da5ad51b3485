"""Saved views: what a list was asked for, under a name."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from guanxi.staff.models import User


class SavedView(models.Model):
    """The filters, order and columns of a list, under a name that its owner gave them."""

    class Page(models.TextChoices):
        CUSTOMERS = "customers"

    page = models.CharField(max_length=20, choices=Page, default=Page.CUSTOMERS)
    name = models.CharField(max_length=80)
    query = models.TextField(blank=True)
    """The part of the list's address that says what is asked for."""
    owner = models.ForeignKey(User, models.CASCADE, related_name="saved_views")
    is_shared = models.BooleanField(default=False)
    """Whether all who may open the page may open the view. What they see of it is what they may see."""
    changed_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["owner", "page", "name"],
                condition=Q(removed_at=None),
                name="saved_view_one_per_name",
            ),
        )

    def __str__(self) -> str:
        return self.name


class DefaultView(models.Model):
    """The view with which a list opens for somebody; their own, or one that a colleague shares."""

    user = models.ForeignKey(User, models.CASCADE, related_name="default_views")
    page = models.CharField(max_length=20, choices=SavedView.Page, default=SavedView.Page.CUSTOMERS)
    view = models.ForeignKey(SavedView, models.CASCADE, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "page"], name="default_view_one_per_page"),)

    def __str__(self) -> str:
        return f"{self.user_id}: {self.view_id}"
