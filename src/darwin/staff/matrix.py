"""The matrix of roles and rules as a page, made from the registry that the gate enforces."""

from darwin.staff.permissions import Rule, all_rules
from darwin.staff.roles import EVERYONE, ROLES, Group

_HEAD = """# Roles, and what each may see

This page is made by `darwin staff matrix` from the rules that the house enforces; a test checks that it is
current. A rule decides the page, the list, the count, the search and the export alike. "Own rows" means that
the rule narrows what is seen, for example to a handler's own figures.

"""


def matrix_page() -> str:
    """docs/roles.md: the roles by group, then each rule with the roles it serves."""
    parts = [_HEAD, "## Roles\n"]
    for group in Group:
        parts.append(f"\n### {group.value}\n\n| role | name in the house | what it may do |\n|---|---|---|\n")
        parts += [
            f"| {role.title} | `{role.code}` | {role.sentence} |\n"
            for role in ROLES.values()
            if role.group is group
        ]
    parts.append("\n## Rules\n\n| rule | lets a person | roles |\n|---|---|---|\n")
    parts += [f"| `{rule.name}` | {rule.sentence} | {roles_of(rule)} |\n" for rule in all_rules()]
    return "".join(parts)


def roles_of(rule: Rule) -> str:
    """Whom a rule serves, in words; "(own rows)" where it narrows what they see."""
    if all(grant.scope is None for grant in rule.grants) and rule.roles == EVERYONE:
        return "everyone"
    named = []
    for grant in rule.grants:
        rows = "" if grant.scope is None else " (own rows)"
        named += [f"{ROLES[code].title}{rows}" for code in ROLES if code in grant.roles]
    return "; ".join(named)
