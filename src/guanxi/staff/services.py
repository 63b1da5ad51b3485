"""The people who sign in: creating them, and changing what they do."""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from guanxi.foundation import audit
from guanxi.foundation.actor import Actor
from guanxi.foundation.errors import DomainError, NotFound
from guanxi.staff.models import User
from guanxi.staff.roles import Role
from guanxi.staff.units import unit_named


def create_user(
    *, email: str, password: str, role: str, name: str = "", unit_id: int | None = None, actor: Actor
) -> User:
    """Create somebody who may sign in. Raises DomainError for a bad address, a weak password or a second account."""
    person = User(
        username=email.strip().lower(),
        email=email.strip().lower(),
        first_name=name.strip(),
        role=_role(role),
        unit=unit_named(unit_id),
    )
    try:
        validate_email(person.email)
        validate_password(password, person)
    except ValidationError as error:
        raise DomainError(" ".join(error.messages)) from None
    person.set_password(password)
    try:
        with transaction.atomic():
            person.save()
            audit.record(actor, "created", "user", person.pk, role=role, unit=unit_id)
    except IntegrityError:
        raise DomainError(_("There is an account for %(email)s already.") % {"email": person.email}) from None
    return person


def change_user(
    *, user_id: int, role: str, unit_id: int | None, is_active: bool, name: str, actor: Actor
) -> User:
    """Change what somebody does, where, and whether they may sign in; takes effect with their next click.

    Raises DomainError where nobody would be left who may do this.
    """
    with transaction.atomic():
        list(User.objects.select_for_update().filter(role=Role.ADMINISTRATOR).order_by("pk"))
        person = User.objects.select_for_update().filter(pk=user_id).first()
        if person is None:
            raise NotFound(_("There is no person %(number)s.") % {"number": user_id})
        person.role, person.unit, person.is_active = _role(role), unit_named(unit_id), is_active
        person.first_name, person.last_name = name.strip()[:150], ""
        person.save()
        if not User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).exists():
            raise DomainError(_("Somebody must remain who is an administrator and may sign in."))
        audit.record(actor, "changed", "user", person.pk, role=role, unit=unit_id, is_active=is_active)
    return person


def set_password(*, user_id: int, password: str, actor: Actor) -> None:
    """Give somebody a new password to start with. Raises DomainError where it is weak."""
    person = User.objects.filter(pk=user_id).first()
    if person is None:
        raise NotFound(_("There is no person %(number)s.") % {"number": user_id})
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise DomainError(" ".join(error.messages)) from None
    person.set_password(password)
    with transaction.atomic():
        person.save(update_fields=["password"])
        audit.record(actor, "set the password of", "user", person.pk)


def _role(role: str) -> str:
    if role not in Role.values:
        raise DomainError(
            _("There is no role %(role)r; there are: %(roles)s.")
            % {"role": role, "roles": ", ".join(Role.values)}
        )
    return role
