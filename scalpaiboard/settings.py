"""Every setting; values come from the environment, see `.env.example`."""

import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from django.utils.csp import CSP

from scalpaiboard import env
from scalpaiboard.lib.networks import AllowedHosts
from scalpaiboard.schedule import BEAT_SCHEDULE

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.text("DATA_DIR", str(BASE_DIR / "var"))).resolve()
DEBUG = env.flag("DEBUG", default=False)
ONE_PROCESS = env.flag("ONE_PROCESS", default=not env.text("REDIS_URL"))


def _own_secret_key() -> str:
    """Return the key of a one-process board: made once, kept in DATA_DIR."""
    path = DATA_DIR / "secret_key"
    if not path.exists():
        DATA_DIR.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(64), encoding="ascii")
    return path.read_text(encoding="ascii").strip()


SECRET_KEY = env.text("SECRET_KEY") or (_own_secret_key() if ONE_PROCESS else "")
if not SECRET_KEY:
    raise ImproperlyConfigured("SECRET_KEY is empty; set it where REDIS_URL is set.")
# Old keys still read sessions and stored secrets while a key is being changed.
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
HTTPS_ONLY = env.flag("HTTPS_ONLY", default=False)
SECURE_SSL_REDIRECT = HTTPS_ONLY
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS_ONLY else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS_ONLY else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS_ONLY
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS_ONLY
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
# Probes come from inside, without the proxy that ends TLS.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_CSP: dict[str, Any] = {
    "default-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
}
# The admin's framework evaluates expressions and writes styles into its pages.
ADMIN_CSP: dict[str, Any] = SECURE_CSP | {
    "script-src": [CSP.SELF, CSP.UNSAFE_INLINE, CSP.UNSAFE_EVAL],
    "style-src": [CSP.SELF, CSP.UNSAFE_INLINE],
}
# The grid of the screener writes one style, which bears the page's nonce.
GRID_CSP: dict[str, Any] = SECURE_CSP | {"style-src": [CSP.SELF, CSP.NONCE]}
# Swagger UI writes its own style attributes; its scripts are all files.
DOCS_CSP: dict[str, Any] = SECURE_CSP | {"style-src": [CSP.SELF, CSP.UNSAFE_INLINE]}

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "scalpaiboard.admin_config.BoardAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "channels",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "scalpaiboard",
    "accounts",
    "markets",
    "alerts",
    "ai_assistant",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "scalpaiboard.urls"
ASGI_APPLICATION = "scalpaiboard.asgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "markets.pages.context.feed",
                "scalpaiboard.navigation.navigation",
            ],
            "libraries": {"frontend": "scalpaiboard.frontend"},
        },
    }
]

# Database: SQLite with a write-ahead log, or what DATABASE_URL names.
DATABASE_URL = env.text("DATABASE_URL", f"sqlite:///{DATA_DIR / 'board.sqlite3'}")
_database: dict[str, Any] = dict(dj_database_url.parse(DATABASE_URL))
if _database["ENGINE"].endswith("sqlite3"):
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;"
            "PRAGMA mmap_size=134217728;PRAGMA cache_size=-20000;"
        ),
    }
    # To open it anew for each task would read the schema and lose what is cached.
    CELERY_DB_REUSE_MAX = 10_000
elif _database["ENGINE"].endswith("postgresql"):
    _database["OPTIONS"] = {
        "pool": {
            "min_size": 1,
            "max_size": env.integer("DATABASE_POOL", 20, low=1, high=200),
            "timeout": 10,
        },
        "options": "-c statement_timeout=30000",
    }
else:
    raise ImproperlyConfigured("DATABASE_URL must name SQLite or PostgreSQL.")
DATABASES = {"default": _database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Cache, bus and broker: memory in one process, Redis in many.
REDIS_URL = env.text("REDIS_URL")
CACHES: dict[str, dict[str, Any]]
CHANNEL_LAYERS: dict[str, dict[str, Any]]
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            "OPTIONS": {"socket_timeout": 5, "socket_connect_timeout": 5},
        }
    }
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            # What is published reaches every database of a server, and so every
            # board on it: each has names of its own.
            "CONFIG": {
                "hosts": [REDIS_URL],
                "prefix": f"scalpaiboard{urlsplit(REDIS_URL).path}",
            },
        }
    }
else:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "OPTIONS": {"MAX_ENTRIES": 10_000},
        }
    }
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels.layers.InMemoryChannelLayer",
            "CONFIG": {"capacity": 1_000},
        }
    }
CELERY_BROKER_URL = env.text("BROKER_URL", REDIS_URL) or "memory://localhost"
if CELERY_BROKER_URL.startswith("memory:"):
    # The worker looks at the queues in memory this often, in seconds.
    CELERY_BROKER_TRANSPORT_OPTIONS = {"polling_interval": 0.02}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 600
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = BEAT_SCHEDULE

# People
AUTH_USER_MODEL = "accounts.User"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = "dashboard"

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}
    },
    "filters": {
        "without_unavailable": {"()": "scalpaiboard.lib.logs.WithoutUnavailable"}
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line"},
    },
    "root": {
        "handlers": ["console"],
        "level": env.choice(
            "LOG_LEVEL", "WARNING", ("DEBUG", "INFO", "WARNING", "ERROR")
        ),
    },
    "loggers": {
        "django.request": {"filters": ["without_unavailable"]},
        # A traceback a second while Redis is away; the feed and /readyz say it.
        "channels_redis.pubsub": {"level": "CRITICAL"},
    },
}

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [("app", BASE_DIR / "frontend" / "dist")]
WHITENOISE_USE_FINDERS = ONE_PROCESS
# Vite puts a hash into each name, so that what is built never changes.
WHITENOISE_IMMUTABLE_FILE_TEST = rf"^{STATIC_URL}app/assets/"
WHITENOISE_MIMETYPES = {".webmanifest": "application/manifest+json"}
FRONTEND_MANIFEST = BASE_DIR / "frontend" / "dist" / "manifest.json"

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Scalpaiboard",
    "SITE_HEADER": "Scalpaiboard",
    "SITE_SUBHEADER": "Operators",
    "SITE_FAVICONS": [{"rel": "icon", "href": lambda request: static("app/mark.svg")}],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": True,
    "SIDEBAR": {"show_search": True, "show_all_applications": True},
}

# Alerts
PUBLIC_URL = env.text("PUBLIC_URL", "http://localhost:8000")
ALERT_RETENTION_DAYS = env.integer("ALERT_RETENTION_DAYS", 90, low=8, high=3_650)
MESSAGES_AN_HOUR = env.integer("MESSAGES_AN_HOUR", 200, low=1, high=1_000_000)

# The market
VENUE = env.choice("VENUE", "binanceusdm", ("binanceusdm", "binance"))
BINANCE_USDM_REST_URL = env.text("BINANCE_USDM_REST_URL", "https://fapi.binance.com")
BINANCE_USDM_STREAM_URL = env.text(
    "BINANCE_USDM_STREAM_URL", "wss://fstream.binance.com"
)
BINANCE_SPOT_REST_URL = env.text("BINANCE_SPOT_REST_URL", "https://api.binance.com")
BINANCE_SPOT_STREAM_URL = env.text(
    "BINANCE_SPOT_STREAM_URL", "wss://stream.binance.com:9443"
)
COINGECKO_URL = env.text("COINGECKO_URL", "https://api.coingecko.com/api/v3")
CANDLE_RETENTION_HOURS = env.integer("CANDLE_RETENTION_HOURS", 48, low=26, high=8_784)
FEATURE_STORE_GB = env.integer("FEATURE_STORE_GB", 10, low=0, high=10_000)
LIVE_STEP_MS = env.integer("LIVE_STEP_MS", 250, low=50, high=5_000)

ALERTS_PER_USER = env.integer("ALERTS_PER_USER", 1_000, low=1, high=1_000_000)

# Ways out
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "Scalpaiboard <board@localhost>")
_email_host = env.text("EMAIL_HOST")
_email_backend = env.text("EMAIL_BACKEND")
MAILERS: dict[str, dict[str, Any]] = {}
if _email_backend:
    MAILERS = {"default": {"BACKEND": _email_backend}}
elif _email_host:
    MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {
                "host": _email_host,
                "port": env.integer("EMAIL_PORT", 587, low=1, high=65_535),
                "username": env.text("EMAIL_HOST_USER"),
                "password": env.text("EMAIL_HOST_PASSWORD"),
                "use_tls": env.flag("EMAIL_USE_TLS", default=True),
                "use_ssl": env.flag("EMAIL_USE_SSL", default=False),
                "timeout": 5,
            },
        }
    }
# A board without mail is whole; its destinations of that kind say so.
SILENCED_SYSTEM_CHECKS = ["mail.W001"]
# A sender by HTTP answers in seconds or not at all.
ANYMAIL: dict[str, Any] = {"REQUESTS_TIMEOUT": 5} | env.mapping("ANYMAIL")
TELEGRAM_BOT_TOKEN = env.text("TELEGRAM_BOT_TOKEN")
TELEGRAM_API_URL = env.text("TELEGRAM_API_URL", "https://api.telegram.org")
TELEGRAM_WEBHOOK_URL = env.text("TELEGRAM_WEBHOOK_URL")
VAPID_PRIVATE_KEY = env.text("VAPID_PRIVATE_KEY")
WEBHOOK_ALLOWED_HOSTS = env.words("WEBHOOK_ALLOWED_HOSTS")
try:
    AllowedHosts.parse(WEBHOOK_ALLOWED_HOSTS)
except ValueError as error:
    raise ImproperlyConfigured(f"WEBHOOK_ALLOWED_HOSTS: {error}") from error

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.SessionAuthentication"
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "EXCEPTION_HANDLER": "markets.api.errors.handle_exception",
}
API_RATE_NAMELESS = env.integer("API_RATE_NAMELESS", 100, low=1, high=10**9)
API_RATE_USER = env.integer("API_RATE_USER", 1_000, low=1, high=10**9)
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Scalpaiboard API",
    "DESCRIPTION": "The market as a table, and everything that watches it.",
    "VERSION": "0.1.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}
