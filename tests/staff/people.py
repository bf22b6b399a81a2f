"""People for tests: an account holding roles, made without the services that other tests prove."""

from itertools import count

from darwin.deadlines import clock
from darwin.staff.models import Account, RoleHolding

_number = count(1)


def someone(*roles: str, **fields: object) -> Account:
    """A stored account that holds `roles` for ever from this moment."""
    number = next(_number)
    values: dict[str, object] = {
        "sign_in_name": f"person{number}",
        "display_name": f"Person {number}",
        "force_number": f"T{number}",
    }
    account = Account.objects.create(**(values | fields))
    for role in roles:
        RoleHolding.objects.create(account=account, role=role, held_from=clock.now())
    return account
