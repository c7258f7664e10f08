"""What stands on a desk: the inbox, claims, intake with its drafts, dispatching, the choice of places."""
