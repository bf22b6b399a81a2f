"""The web server as a part of the house: uvicorn on a socket that the supervisor has opened.

    python -m darwin.supervisor.web FD

The supervisor keeps the socket, so that while the web server is started again nobody is refused.
"""

import socket
import sys
import warnings

from darwin.errors import DarwinError
from darwin.supervisor.house import open_house
from darwin.supervisor.progress import say

# An open stream must not hold up the end of the house.
GRACE_S = 2


def main(arguments: list[str]) -> int:
    """Serve until asked to end. Returns the exit status."""
    listener = socket.socket(fileno=int(arguments[0]))
    try:
        with open_house():
            serve(listener)
    except DarwinError as problem:
        say(str(problem))
        return 1
    return 0


def serve(listener: socket.socket) -> None:
    import uvicorn

    from darwin.config.asgi import application

    # Whitenoise hands small files over as a plain iterator; Django reads it whole, as it should.
    warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
    settings = uvicorn.Config(
        application,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
    )
    uvicorn.Server(settings).run(sockets=[listener])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
