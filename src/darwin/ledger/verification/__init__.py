"""Finding out whether the ledger is what was written: `darwin ledger verify`."""

from darwin.ledger.verification.report import Fault, Report
from darwin.ledger.verification.run import verify_ledger

__all__ = ["Fault", "Report", "verify_ledger"]
