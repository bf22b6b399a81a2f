"""When Darwin is away: the printed pack to go on with, and keying in afterwards what was taken on paper."""
