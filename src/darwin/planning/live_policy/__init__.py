"""The decision to switch the live routing policy: proposed by one, decided by another, rolled back by one."""
