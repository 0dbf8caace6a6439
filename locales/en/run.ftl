# Settings and the run.
