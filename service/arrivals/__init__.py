"""Events that other systems send (来件): taken in, kept until they are settled, and looked at by people where they do not fit."""
