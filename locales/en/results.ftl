# Results, charts and the table of runs.
