"""Affairs (事务): the mechanisms of the grid around a dispute, each a record of its own with the same shape as a case.

A whistle, a round, a household file, a dwelling, a hazard, a watch, an order: a kind says what its state, actions and
happenings are (its own module here); what all of them share stands in `base`, `common` and `record`.
"""
