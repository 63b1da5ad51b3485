"""Settings, from the environment or HOME/settings.env (docs/reference/settings.md lists them)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import dj_database_url
from django.utils.translation import gettext_noop
from moneyed import CurrencyDoesNotExist, get_currency

from guanxi.foundation import language
from guanxi.foundation.errors import WrongSetting
from guanxi.foundation.kept_keys import kept_key

HOME = Path(os.environ.get("GUANXI_HOME", "var")).resolve()
"""Where every file of this installation lives."""


def _from_file() -> dict[str, str]:
    """What HOME/settings.env says, one NAME=value a line; the environment wins over it."""
    path = HOME / "settings.env"
    if not path.exists():
        return {}
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, _, value in pairs}


ENVIRONMENT = {**_from_file(), **os.environ}


def _database() -> dict[str, Any]:
    """SQLite in the home folder, or what DATABASE_URL names."""
    url = ENVIRONMENT.get("DATABASE_URL") or f"sqlite:///{HOME / 'guanxi.sqlite3'}"
    config: dict[str, Any] = dict(dj_database_url.parse(url, conn_max_age=None))
    if config["ENGINE"].endswith("sqlite3"):
        config["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            # FULL: a send that the ledger calls handed over must survive a power cut.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536;",
        }
        config["TEST"] = {"NAME": str(HOME / f"test-{os.getpid()}.sqlite3")}
    return config


def _zone(name: str) -> str:
    """A time zone, checked here: later every command would stumble over it."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        what = gettext_noop("GUANXI_TIME_ZONE: there is no time zone %(name)r; write it like Europe/Rome.")
        raise WrongSetting(what, name=name) from None
    return name


def _currency(code: str) -> str:
    """A currency, checked for the same reason."""
    try:
        get_currency(code)
    except CurrencyDoesNotExist:
        what = gettext_noop("GUANXI_CURRENCY: %(code)r is not an ISO 4217 currency code such as CNY or USD.")
        raise WrongSetting(what, code=code) from None
    return code


def _public_url(text: str) -> str:
    """Where customers reach this server, without a slash at the end; empty where they do not."""
    parts = urlsplit(text.strip().rstrip("/"))
    is_bare = parts[2:] == ("", "", "") and "@" not in parts.netloc
    if text.strip() and not (parts.scheme in {"http", "https"} and parts.hostname and is_bare):
        what = gettext_noop("GUANXI_PUBLIC_URL: %(url)r is not an address such as https://crm.example.com.")
        raise WrongSetting(what, url=text)
    return parts.geturl()


SECRET_KEY = ENVIRONMENT.get("GUANXI_SECRET_KEY") or kept_key(HOME / "secret_key")
SECRET_KEY_FALLBACKS = ENVIRONMENT.get("GUANXI_SECRET_KEYS_BEFORE", "").split()
ID_KEY = ENVIRONMENT.get("GUANXI_ID_KEY") or kept_key(HOME / "id_key")
"""What public ids are derived with. Unlike SECRET_KEY it must never change."""
DEBUG = False
DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "staff.User"
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "guanxi.foundation",
    "guanxi.wording",
    "guanxi.shell",
    "guanxi.staff",
    "guanxi.customers",
    "guanxi.interactions",
    "guanxi.webhooks",
    "guanxi.outreach",
    "guanxi.commerce",
    "guanxi.insight",
    "guanxi.campaigns",
    "guanxi.desk",
    "guanxi.api",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django_htmx",
]

# Pages
PUBLIC_URL = _public_url(ENVIRONMENT.get("GUANXI_PUBLIC_URL", ""))
"""What the links in letters begin with."""
ALLOWED_HOSTS = ENVIRONMENT.get("GUANXI_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
ALLOWED_HOSTS += [urlsplit(PUBLIC_URL).hostname or ""] if PUBLIC_URL else []
IS_HTTPS = ENVIRONMENT.get("GUANXI_HTTPS", "") == "1"
"""Whether browsers reach the pages by https, at this server or at a proxy before it."""
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS] if IS_HTTPS else []
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SESSION_COOKIE_AGE = 12 * 60 * 60
ROOT_URLCONF = "guanxi.urls"
WSGI_APPLICATION = "guanxi.wsgi.application"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "guanxi.shell.security.content_security_policy",
    "django.middleware.gzip.GZipMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "guanxi.staff.language.chosen_language",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "guanxi.shell.errors.domain_errors",
    "guanxi.shell.table_files.tables_as_files",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "guanxi.shell.frame.frame",
            ],
        },
    }
]
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
CSRF_FAILURE_VIEW = "guanxi.shell.errors.form_too_old"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1 << 20

# Sign-in
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "guanxi.staff.sign_in.Accounts"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
MFA_TOTP_ISSUER = "Guanxi"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
OIDC_URL = ENVIRONMENT.get("GUANXI_OIDC_URL", "")
"""The company's own sign-in (OpenID Connect), beside passwords; empty where there is none."""
SOCIALACCOUNT_ADAPTER = "guanxi.staff.sign_in.CompanyAccounts"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "company",
                "name": ENVIRONMENT.get("GUANXI_OIDC_NAME", "OpenID Connect"),
                "client_id": ENVIRONMENT.get("GUANXI_OIDC_CLIENT_ID", ""),
                "secret": ENVIRONMENT.get("GUANXI_OIDC_CLIENT_SECRET", ""),
                "settings": {"server_url": OIDC_URL},
            }
        ]
        if OIDC_URL
        else [],
    }
}

USE_TZ = True
TIME_ZONE = _zone(ENVIRONMENT.get("GUANXI_TIME_ZONE", "UTC"))
"""The zone in which the business counts its days."""
LANGUAGE_CODE = language.language_of(ENVIRONMENT.get("GUANXI_LANGUAGE", ""))
"""Where nobody says; the command line also heeds the terminal's language (guanxi.cli.speaking)."""
LANGUAGES = language.LANGUAGES
LOCALE_PATHS = [Path(__file__).parent / "locale"]
BASE_CURRENCY = _currency(ENVIRONMENT.get("GUANXI_CURRENCY", "CNY"))

WEBHOOK_HOSTS = frozenset(ENVIRONMENT.get("GUANXI_WEBHOOK_HOSTS", "").lower().split(",")) - {""}
"""Names of machines in a closed network that may be called although their addresses are private."""
WEBHOOK_HTTP = ENVIRONMENT.get("GUANXI_WEBHOOK_HTTP", "") == "1"
"""Whether other systems may be called without encryption."""

EMAIL_BACKEND = ENVIRONMENT.get("GUANXI_EMAIL_BACKEND", "guanxi.outreach.outbox.OutboxBackend")
EMAIL_HOST = ENVIRONMENT.get("GUANXI_EMAIL_HOST", "localhost")
EMAIL_PORT = int(ENVIRONMENT.get("GUANXI_EMAIL_PORT", "25"))
EMAIL_HOST_USER = ENVIRONMENT.get("GUANXI_EMAIL_USER", "")
EMAIL_HOST_PASSWORD = ENVIRONMENT.get("GUANXI_EMAIL_PASSWORD", "")
EMAIL_USE_TLS = ENVIRONMENT.get("GUANXI_EMAIL_TLS", "") == "1"
EMAIL_TIMEOUT = 30
DEFAULT_FROM_EMAIL = ENVIRONMENT.get("GUANXI_EMAIL_FROM", "guanxi@example.com")

API_REQUESTS_PER_MINUTE = int(ENVIRONMENT.get("GUANXI_API_REQUESTS_PER_MINUTE", "600"))
"""How many requests one token may make."""
API_BATCH_MEGABYTES = int(ENVIRONMENT.get("GUANXI_API_BATCH_MEGABYTES", "1024"))
"""How large the body of one batch may be."""

ENGINE_MEMORY = ENVIRONMENT.get("GUANXI_ENGINE_MEMORY", "3GB")
"""What the columnar engine may hold in memory before it spills to disk."""
