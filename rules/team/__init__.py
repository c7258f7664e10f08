"""Teams (队伍): who sits in them, who is on duty, what they exercise, which groups they look after."""
