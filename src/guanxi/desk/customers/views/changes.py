"""What is done on a customer's page: showing addresses, saying who looks after the customer and why they decline."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from guanxi.customers.queries import seen_customer
from guanxi.customers.services import assign_customers, reveal_addresses
from guanxi.desk.customers.profile import page_of, who_of
from guanxi.desk.customers.undos import DECLINE_CODED
from guanxi.foundation.errors import DomainError
from guanxi.insight.decline_reasons import code_decline
from guanxi.shell.toasts import undoable
from guanxi.shell.typed import whole_number
from guanxi.staff.access import Request, may
from guanxi.staff.models import User
from guanxi.staff.roles import May
from guanxi.staff.visibility import visible_to
from guanxi.wording.words import word


@require_POST
@may(May.SEE_ADDRESSES)
def customer_reveal(request: Request, public_id: str) -> HttpResponse:
    """Show the addresses unmasked, once; who looked, at whom and when stays in the audit."""
    customer = seen_customer(public_id, visible_to(request.user))
    reveal_addresses(customer=customer, actor=request.user.actor)
    if request.htmx:
        return render(
            request, "desk/customers/customer_who.html", who_of(customer, request.user, reveals=True)
        )
    return render(request, "desk/customers/customer.html", page_of(customer, request.user, reveals=True))


@require_POST
@may(May.ASSIGN_CUSTOMERS)
def customer_owner(request: Request, public_id: str) -> HttpResponse:
    """Say who looks after the customer: a colleague whom one leads, or nobody."""
    sees = visible_to(request.user)
    customer, chosen = seen_customer(public_id, sees), request.POST.get("owner", "")
    owner = User.objects.filter(pk=whole_number(chosen) or 0).first()
    if chosen and owner is None:
        raise DomainError(_("There is no person %(number)s.") % {"number": chosen})
    assign_customers(customer_ids=[customer.pk], owner=owner, actor=request.user.actor, sees=sees)
    if owner is None:
        messages.success(request, _("The customer is in the public pool now: everybody sees them."))
    else:
        messages.success(request, _("%(name)s looks after the customer now.") % {"name": owner.actor.name})
    return redirect("customer", customer.public_id)


@require_POST
@may(May.SEE_ADDRESSES)
def customer_decline(request: Request, public_id: str) -> HttpResponse:
    """Say why the customer declines: one of three causes; the message offers to take it back."""
    customer = seen_customer(public_id, visible_to(request.user))
    reason = code_decline(
        customer=customer,
        cause=request.POST.get("cause", ""),
        note=request.POST.get("note", ""),
        actor=request.user.actor,
    )
    undoable(request, _("The cause is noted: %(cause)s.") % {"cause": word(reason.cause)}, DECLINE_CODED,
             reason=str(reason.pk))  # fmt: skip
    return redirect("customer", customer.public_id)
