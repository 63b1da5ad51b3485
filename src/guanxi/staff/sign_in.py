"""What the sign-in pages allow: nobody makes an account for themselves."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by an administrator."""

    def is_open_for_signup(self, request: Any) -> bool:
        return False


class CompanyAccounts(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Who comes from the company's own sign-in is the account with the e-mail address that it vouches for."""

    def is_open_for_signup(self, request: Any, sociallogin: Any) -> bool:
        return False
