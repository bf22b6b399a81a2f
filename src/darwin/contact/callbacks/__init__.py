"""Whom the force owes a call: who gave up and has not got through since, and who was promised one."""
