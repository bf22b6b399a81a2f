"""Which version of the browser's files the pages of this process use."""

from django.contrib.staticfiles.storage import staticfiles_storage


def assets_version() -> str:
    """A digest of all files that the browser gets; "" where their names carry none (in tests).

    A page that was opened before a new version came says so, and offers to be loaded again.
    """
    return str(getattr(staticfiles_storage, "manifest_hash", ""))
