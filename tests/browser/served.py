"""Darwin's web server and publisher over the test database, in a process of its own that a test can kill.

    python tests/browser/served.py PORT [SECONDS]

SECONDS: how far the installation's clock runs ahead of real time. Static files are served from the sources.
"""

import os
import sys
import threading


def main(port: int, ahead_s: float) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "darwin.config.settings"
    import django
    from django.conf import settings

    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.WHITENOISE_USE_FINDERS = settings.WHITENOISE_AUTOREFRESH = True
    django.setup()

    from datetime import timedelta

    import uvicorn

    from darwin.deadlines import clock
    from darwin.ledger.live.publisher import publish_forever

    clock.shift_by(timedelta(seconds=ahead_s))
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
    main(int(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 0)
