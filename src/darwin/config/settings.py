"""Every setting of the web and the workers. Values come from config.environment and fail loudly."""

from pathlib import Path

from darwin.config import environment

DARWIN_MODE = environment.choice("DARWIN_MODE", environment.MODES, "operational")
DARWIN_FORCE = environment.text("DARWIN_FORCE", "leicestershire")
DARWIN_DATA_DIR = environment.data_dir()

SECRET_KEY = environment.text("DARWIN_SECRET_KEY", "only-for-commands-that-sign-nothing")
DEBUG = False
ALLOWED_HOSTS = [*environment.words("DARWIN_HOSTS"), "localhost", "127.0.0.1", "[::1]"]

INSTALLED_APPS = [
    "darwin.theme",
    "darwin.practice",
    "darwin.contact",
    "darwin.staff",
    "darwin.reference",
    "darwin.deadlines",
    "darwin.ledger",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "darwin.reference.middleware.one_version_per_request",
    "allauth.account.middleware.AccountMiddleware",
    "darwin.staff.middleware.IdleLock",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
]
ROOT_URLCONF = "darwin.config.urls"
ASGI_APPLICATION = "darwin.config.asgi.application"
AUTH_USER_MODEL = "staff.Account"
AUTHENTICATION_BACKENDS = ["darwin.staff.backends.AccountBackend"]
LOGIN_URL = "staff:sign_in"
SESSION_COOKIE_AGE = 16 * 3600  # longer than the longest shift
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = DARWIN_MODE != "practice"

# Sign-in: the force's directory (OpenID Connect) where one is named, passkeys otherwise; no passwords.
ACCOUNT_USER_MODEL_USERNAME_FIELD = "sign_in_name"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "darwin.staff.directory.NoSignUp"
SOCIALACCOUNT_ADAPTER = "darwin.staff.directory.DirectoryAccountAdapter"
SOCIALACCOUNT_PROVIDERS = {"openid_connect": environment.directory()}
MFA_SUPPORTED_TYPES = ["webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "darwin.theme.context.theme",
            ],
        },
    }
]

_address = environment.parse_database_url(
    environment.text("DATABASE_URL", "postgresql://darwin_app@/darwin?host=/nonexistent")
)
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _address.name,
        "USER": _address.user,
        "PASSWORD": _address.password,
        "HOST": _address.host,
        "PORT": _address.port,
        # A view that streams must not hold a connection: none outlives its request.
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"pool": {"min_size": 0, "max_size": 8, "timeout": 10}},
    }
}

LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", "English"), ("cy", "Cymraeg")]
USE_TZ = True
TIME_ZONE = "Europe/London"
LOCALE_PATHS = [Path(__file__).parent.parent / "theme" / "locale"]

STATIC_URL = "/static/"
STATICFILES_DIRS: list[Path] = []

# Only from this house, nothing inline, nothing evaluated; what the theme needs and no more.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}
CSRF_FAILURE_VIEW = "darwin.theme.views.forgery_refused"
