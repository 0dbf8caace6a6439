# Errors: what happened and what to do.
