"""A django-helpdesk as its quick start sets it up, for bench/contacts.py, in an environment of its own."""
