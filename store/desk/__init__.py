"""Reading for desks: lists, the inbox, boards, counts, claims and drafts."""
