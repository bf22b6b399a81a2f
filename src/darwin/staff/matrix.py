"""The matrix of roles and rules as a page, made from the registry that the gate enforces."""

from darwin.staff.permissions import Rule, all_rules
from darwin.staff.roles import EVERYONE, ROLES, Group
from darwin.staff.scopes import all_scopes

_HEAD = """# Roles, and what each may see

This page is made by `darwin staff matrix` from the rules that the house enforces; a test checks that it is
current. A rule decides the page, the list, the count, the search and the export alike. "Own rows" means that
the rule narrows what is seen, for example to a handler's own figures.

"""
_SCOPES = """
## Scopes

What another system may do, by the scopes of its token ([api.md](api.md)). A session of a person opens none of
them, and a token opens no page.

| scope | lets a system | besides |
|---|---|---|
"""


def matrix_page() -> str:
    """docs/roles.md: the roles by group, each rule with the roles it serves, then what tokens open."""
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
    parts.append(_SCOPES)
    for scope in all_scopes():
        more = ["every token"] if scope.given_to_all else []
        more += ["signed requests"] if scope.signed else []
        more += ["own rows"] if scope.rows else []
        more += ["each reading is recorded"] if scope.personal else []
        parts.append(f"| `{scope.name}` | {scope.sentence} | {'; '.join(more)} |\n")
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
