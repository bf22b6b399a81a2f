"""The practice force's present day, played as it passes: who calls, who answers, and what the switch says."""
