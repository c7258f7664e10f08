"""Service orders of the property team (红色物管队服务单): request, quote, acceptance, work, confirmation, rating; and the ledger."""
