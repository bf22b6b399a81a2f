"""The whole application on a real uvicorn in this process, with a real publisher: what live pages need, for
the development server of the tests cannot stream. It can be stopped and started again on its port."""

import socket
import threading
import time
import warnings

import uvicorn
from django.db import connection

from darwin.ledger.live.publisher import Publisher

# The tests' database is shared by several threads; a tick needs no more than this to be felt as at once.
TICK_S = 0.05


class Serving:
    """One house. `url` is its address."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._web: uvicorn.Server | None = None
        self._web_thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._publisher: threading.Thread | None = None

    def start(self) -> "Serving":
        """Start the web server; its publisher too, if it does not run."""
        self.start_publisher()
        from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
        from django.core.handlers.asgi import ASGIHandler

        warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
        settings = uvicorn.Config(
            ASGIStaticFilesHandler(ASGIHandler()),
            host="127.0.0.1",
            port=self.port,
            log_level="critical",
            lifespan="off",
            timeout_graceful_shutdown=1,
        )
        self._web = uvicorn.Server(settings)
        self._web_thread = threading.Thread(target=self._web.run, daemon=True)
        self._web_thread.start()
        while not self._web.started:
            time.sleep(0.01)
        return self

    def start_publisher(self) -> None:
        if self._publisher is None:
            self._stop = threading.Event()
            self._publisher = threading.Thread(target=self._publish, args=(self._stop,), daemon=True)
            self._publisher.start()

    def stop_publisher(self) -> None:
        if self._publisher:
            self._stop.set()
            self._publisher.join(10)
            self._publisher = None

    def stop(self) -> None:
        """End the web server with all its streams; its port is free again."""
        if self._web and self._web_thread:
            self._web.should_exit = True
            self._web_thread.join(10)
            assert not self._web_thread.is_alive()
            self._web = None

    def end(self) -> None:
        self.stop()
        self.stop_publisher()

    def _publish(self, stop: threading.Event) -> None:
        publisher = Publisher()
        while not stop.is_set():
            publisher.tick()
            stop.wait(TICK_S)
        connection.close()
