"""Reports to others (报表): the items of other systems' forms, from the one entry, with what is missing told case by case."""
