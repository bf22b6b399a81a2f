"""Darwin's web server and publisher over the test database, in a process of its own that a test can kill.

    python tests/browser/served.py PORT

Its clock is that of the practice house in DARWIN_DATA_DIR. Static files are served from the sources.
"""

import os
import sys
import threading


def main(port: int) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "darwin.config.settings"
    import django
    from django.conf import settings

    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.WHITENOISE_USE_FINDERS = settings.WHITENOISE_AUTOREFRESH = True
    django.setup()

    import uvicorn

    from darwin.ledger.live.publisher import publish_forever

    threading.Thread(target=publish_forever, args=(threading.Event(),), daemon=True).start()
    uvicorn.run(
        "darwin.config.asgi:application",
        host="127.0.0.1",
        port=port,
        lifespan="off",
        log_level="error",
        timeout_graceful_shutdown=1,
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
