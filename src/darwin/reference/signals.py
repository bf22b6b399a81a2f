"""What other parts of the house can hear from this room."""

from django.dispatch import Signal

# Sent inside the transaction of an adoption, with actor and new (the list of Threshold rows it brought).
values_adopted = Signal()
