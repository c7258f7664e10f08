"""A whistle (网格吹哨、部门报到): a grid member calls units at once; each answers, arrives and resolves its part."""
