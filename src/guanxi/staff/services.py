"""Creating the people who sign in."""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from guanxi.foundation import audit
from guanxi.foundation.actor import Actor
from guanxi.foundation.errors import DomainError
from guanxi.staff.models import User
from guanxi.staff.roles import Role


def create_user(*, email: str, password: str, role: str, name: str = "", actor: Actor) -> User:
    """Create somebody who may sign in. Raises DomainError for a bad address, a weak password or a second account."""
    if role not in Role.values:
        raise DomainError(
            _("There is no role %(role)r; there are: %(roles)s.")
            % {"role": role, "roles": ", ".join(Role.values)}
        )
    person = User(
        username=email.strip().lower(), email=email.strip().lower(), first_name=name.strip(), role=role
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
            audit.record(actor, "created", "user", person.pk, role=role)
    except IntegrityError:
        raise DomainError(_("There is an account for %(email)s already.") % {"email": person.email}) from None
    return person
