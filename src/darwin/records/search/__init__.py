"""How records are found: words and their sounds, dates, pieces of numbers, candidates, the score of each."""
