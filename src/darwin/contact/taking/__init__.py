"""The handler's screen: whose call it is, what its number may tell, what is typed, who is speaking."""
