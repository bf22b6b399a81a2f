"""The test database, for programs that a test starts."""

from django.db import connection

from darwin.config.environment import DatabaseAddress


def database_url() -> str:
    """A DATABASE_URL for the database that the running test uses, on a socket or over TCP."""
    chosen = connection.settings_dict
    user, password = str(chosen["USER"]), str(chosen["PASSWORD"])
    where = (str(chosen["HOST"]), str(chosen["PORT"]), str(chosen["NAME"]))
    return DatabaseAddress(user, password, *where).url_for(user, password)
