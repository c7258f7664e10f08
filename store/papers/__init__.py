"""Papers in the store (文书与材料): the place's list and templates, the register of what was made and taken in, its sealed content."""
