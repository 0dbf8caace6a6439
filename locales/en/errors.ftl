# Errors: what happened and what to do. English needs no messages here: its words are those of the errors themselves, in
# the sources. Other languages have `error-CODE` for each, with the hint as the attribute `.hint`; a code is made of the
# error's names, TableProblem::NoRows is `table-problem-no-rows`.
