"""People, places, telephone numbers, vehicles: who is known, how they are found, how long they are kept."""
