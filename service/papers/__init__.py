"""Papers (文书与材料): made from templates, turned into PDF, brought in from outside, put together as the file of a case."""
