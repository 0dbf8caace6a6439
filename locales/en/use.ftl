# Using, opening and saving a model.
