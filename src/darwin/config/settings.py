"""Every setting of the web and the workers. Values come from config.environment and fail loudly."""

from pathlib import Path

from csp.constants import NONE, SELF

from darwin.config import environment, logs

DARWIN_MODE = environment.choice("DARWIN_MODE", environment.MODES, "operational")
DARWIN_FORCE = environment.text("DARWIN_FORCE", "leicestershire")
DARWIN_DATA_DIR = environment.data_dir()
# Whatever reads these settings goes by the installation's clock from here on.
environment.follow_clock(DARWIN_MODE, DARWIN_DATA_DIR)
DARWIN_HOSTS = environment.words("DARWIN_HOSTS")
DARWIN_HTTPS = environment.flag("DARWIN_HTTPS")
DARWIN_ANTIVIRUS = environment.text("DARWIN_ANTIVIRUS")
DARWIN_MAIL_SERVER = environment.mail_server()
# Nothing sends by Django's own way: what leaves goes through darwin.outbound, which has a way of its own.
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"

KEY_FOR_COMMANDS = "only-for-commands-that-sign-nothing"  # config.checks refuses it for the web
SECRET_KEY = environment.text("DARWIN_SECRET_KEY", KEY_FOR_COMMANDS)
DEBUG = False
ALLOWED_HOSTS = [*DARWIN_HOSTS, "localhost", "127.0.0.1", "[::1]"]

INSTALLED_APPS = [
    "darwin.theme",
    "darwin.practice",
    "darwin.planning",
    "darwin.contact",
    "darwin.outbound",
    "darwin.records",
    "darwin.files",
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
    "darwin.config.logs.RequestLog",
    "darwin.config.headers.PermissionsPolicy",
    "csp.middleware.CSPMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "darwin.config.health.BeforeSessions",
    "darwin.reference.middleware.one_version_per_request",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "darwin.staff.middleware.IdleLock",
]
ROOT_URLCONF = "darwin.config.urls"
ASGI_APPLICATION = "darwin.config.asgi.application"
AUTH_USER_MODEL = "staff.Account"
AUTHENTICATION_BACKENDS = ["darwin.staff.backends.AccountBackend"]
LOGIN_URL = "staff:sign_in"

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
        "DIRS": [Path(__file__).parent / "templates"],
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
        # Compiling a query took longer (0.6 s) than the two years of calls that it then read (0.4 s).
        "OPTIONS": {"options": "-c jit=off", "pool": {"min_size": 0, "max_size": 8, "timeout": 4}},
    }
}

LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", "English"), ("cy", "Cymraeg")]
USE_TZ = True
TIME_ZONE = "Europe/London"
LOCALE_PATHS = [Path(__file__).parent.parent / "theme" / "locale"]

# The pages need nothing from anywhere else and hold no code or style of their own.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# With DARWIN_HTTPS the proxy in front speaks HTTPS and says so in this header (docs/operate.md).
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if DARWIN_HTTPS else None
SECURE_SSL_REDIRECT = DARWIN_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if DARWIN_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = DARWIN_HTTPS
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in DARWIN_HOSTS] if DARWIN_HTTPS else []

# Without HTTPS only this machine's own browsers reach the pages, and those refuse secure cookies over HTTP.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = DARWIN_HTTPS
SESSION_COOKIE_NAME = f"{'__Host-' if DARWIN_HTTPS else ''}darwin_session"
CSRF_COOKIE_NAME = f"{'__Host-' if DARWIN_HTTPS else ''}darwin_csrf"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"  # Strict would lose the way back from the directory
SESSION_COOKIE_AGE = 16 * 3600  # longer than the longest shift; the idle lock is shorter

STATIC_URL = "/static/"
STATIC_ROOT = Path(__file__).parent.parent / "theme" / "collected"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

CSRF_FAILURE_VIEW = "darwin.theme.views.forgery_refused"

LOGGING = logs.configuration(DARWIN_DATA_DIR, environment.text("DARWIN_PART", "command"))
