"""Reading a routing policy that was typed or kept: each value checked, each fault a sentence."""

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import Any

from darwin.errors import DarwinError
from darwin.science.policy import Policy, TypeRule


class PolicyUnreadable(DarwinError):
    """Data that is no policy; the sentence says what is wrong and where."""


def policy_of_data(data: Mapping[str, Any]) -> Policy:
    """The policy of what `Policy.as_dict` gives; what is left out has its default.

    Raises PolicyUnreadable.
    """
    listed = data.get("types")
    if not isinstance(listed, list) or not listed:
        raise PolicyUnreadable("A policy needs “types”: a list of at least one type of contact.")
    types = tuple(_rule(entry, place) for place, entry in enumerate(listed, start=1))
    names = [rule.name for rule in types]
    for name in names:
        if names.count(name) > 1:
            raise PolicyUnreadable(f"A policy names each type once; “{name}” is there twice.")
    values = _checked(Policy, {key: value for key, value in data.items() if key != "types"}, "The policy")
    return Policy(types=types, **values)


def with_types(policy: Policy, names: Iterable[str]) -> Policy:
    """The policy, with a rule for each type that it does not name: after all those it names.

    A live line has types that a scenario did not model (letters, a partner's messages): they wait until
    nobody else does, rather than for ever.
    """
    known = {rule.name for rule in policy.types}
    last = max(rule.priority for rule in policy.types) + 1
    added = tuple(TypeRule(name, last) for name in dict.fromkeys(names) if name not in known)
    return replace(policy, types=policy.types + added)


def _rule(entry: Any, place: int) -> TypeRule:
    where = f"Type {place} of the policy"
    if not isinstance(entry, Mapping):
        raise PolicyUnreadable(f"{where} must be a table with a “name”.")
    values = _checked(TypeRule, entry, where)
    if not values.get("name"):
        raise PolicyUnreadable(f"{where} has no “name”.")
    return TypeRule(**values)


# May be below 0: such contacts wait behind others.
_SIGNED = frozenset({"vulnerable_ahead", "repeat_ahead", "callback_ahead"})


def _checked(kind: type[Any], values: Mapping[str, Any], where: str) -> dict[str, Any]:
    wanted = {one.name: one.type for one in fields(kind) if one.name != "types"}
    checked: dict[str, Any] = {}
    for key, value in values.items():
        if key not in wanted:
            known = ", ".join(wanted)
            raise PolicyUnreadable(f"{where} has “{key}”, which is no parameter. They are: {known}.")
        checked[key] = _value(value, wanted[key], key, f"{where}: “{key}”")
    return checked


def _value(value: Any, wanted: Any, key: str, where: str) -> Any:
    """A number where a number is wanted: JSON knows no difference between 1 and 1.0, Python's bool is one."""
    if wanted in (bool, "bool"):
        if isinstance(value, bool):
            return value
        raise PolicyUnreadable(f"{where} must be true or false.")
    if wanted in (str, "str"):
        if isinstance(value, str):
            return value
        raise PolicyUnreadable(f"{where} must be a text.")
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        raise PolicyUnreadable(f"{where} must be a number.")
    if value < 0 and key not in _SIGNED:
        raise PolicyUnreadable(f"{where} must not be below 0.")
    if wanted in (int, "int"):
        if value == int(value):
            return int(value)
        raise PolicyUnreadable(f"{where} must be a whole number.")
    return float(value)
