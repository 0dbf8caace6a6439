# Results, charts and the table of runs.

# Metrics

results-metric-loss = Loss
results-metric-accuracy = Accuracy
results-metric-macro-f1 = Macro F1
results-metric-micro-f1 = Micro F1
results-metric-matthews = Matthews correlation
results-metric-r2 = R²
results-metric-pearson = Pearson correlation
results-metric-spearman = Spearman correlation
results-undefined = undefined
results-log-loss = Log loss
results-roc-auc = ROC-AUC, macro average
results-roc-auc-of = ROC-AUC of { $label }
results-average-precision = Average precision (AP), macro average
results-average-precision-of = Average precision (AP) of { $label }
results-calibration-error = Expected calibration error
results-calibration-scaled = Expected calibration error at temperature { $temperature }, fitted on the validation examples
results-subset-accuracy = Examples with all labels right
results-hamming-loss = Wrong decisions (Hamming loss)
results-mean-absolute-error = Mean absolute error
results-accuracy-caption = { $count ->
    [one] of { $count } test example was labelled right
   *[other] of { $count } test examples were labelled right
}
results-micro-f1-caption = micro F1 over all labels
results-rmse-caption = { $count ->
    [one] root mean squared error over { $count } test example
   *[other] root mean squared error over { $count } test examples
}
results-interval = {" "}(95 % interval { $lower } to { $upper })
results-macro-average = Macro average
results-weighted-average = Weighted average
results-micro-average = Micro average

# The results card

results-title = Results
results-none-yet = The test report appears here when a run has ended.
results-testing = The test examples are being classified…
results-about = { $encoder } on { $data }, { $steps ->
    [one] after { $steps } step
   *[other] after { $steps } steps
}
results-not-tested = { $encoder } learnt from { $data } for { $steps ->
    [one] { $steps } step
   *[other] { $steps } steps
}. It was not tested.
results-saved-about = { $encoder } on { $data }, kept in { $name }
results-saved-about-unknown = { $encoder }, kept in { $name }
results-saved-none = There is no test report in { $name }.
results-announced-accuracy = Test accuracy: { $value }
results-announced-micro-f1 = Test micro F1: { $value }
results-announced-rmse = Test root mean squared error: { $value }
results-by-label = By label
results-by-label-table = Metrics of each label
results-label = Label
results-precision = Precision
results-precision-hint = Of the texts given this label, how many have it
results-recall = Recall
results-recall-hint = Of the texts with this label, how many were given it
results-f1 = F1
results-f1-hint = Harmonic mean of precision and recall
results-support = Support
results-support-hint = Test examples with this label
results-more-numbers = More numbers
results-confusion = Confusion matrix
results-confusion-key = Rows: the true label. Columns: the label that was predicted.
results-confusion-shows = Click a number to see its texts.
results-row-share = { $share } of the row

# Tested examples

results-show-mistakes = Show the mistakes
results-show-more = Show more
results-no-label = no label
results-model-says = The model says { $predicted }
results-model-says-surely = The model says { $predicted } ({ $share })
results-table-says = the table says { $truth }
results-mistakes-title = { $count ->
    [one] { $count } mistake
   *[other] { $count } mistakes, the most confident first
}
results-cell-right = { $count ->
    [one] { $count } text rightly called { $label }
   *[other] { $count } texts rightly called { $label }
}
results-cell-wrong = { $count ->
    [one] { $count } text of { $label } called { $predicted }
   *[other] { $count } texts of { $label } called { $predicted }
}

# Charts

results-chart-table = The values as a table
results-chart-rows = { $shown } of { $count } points, evenly chosen
results-chart-keys = Explore { $title } with the arrow keys
results-series = Series
results-quantity = Show
results-step = Step
results-epoch = Epoch
results-each-step = Each step
results-smoothed = Smoothed loss
results-validation = Validation
results-validation-metric = Validation { $metric }
results-no-steps = No steps yet
results-no-validations = No validation yet
results-value-now = { $name } { $value } at step { $step }
results-learning-rate = Learning rate
results-gradient-norm = Gradient norm
results-validation-now = { $value } after epoch { $epoch }
results-runs-shown = { $count ->
    [0] No run is shown
    [one] { $count } run
   *[other] { $count } runs
}
results-curves = Curves
results-curves-label = Label
results-curves-all = All labels
results-labels-shown = { $count ->
    [one] { $count } label
   *[other] { $count } labels
}
results-most-frequent = Curves of the { $count } most frequent labels.
results-pr-curve = Precision-recall curve
results-pr-area = Average precision { $area }
results-curve-ap = { $label } (AP { $area })
results-roc-curve = ROC curve
results-roc-area = Area under the curve { $area }
results-curve-auc = { $label } (AUC { $area })
results-fpr = False positive rate
results-tpr = True positive rate
results-chance = Chance
results-threshold = Threshold
results-threshold-at = Threshold { $threshold }
results-reliability = Reliability diagram
results-reliability-summary = Expected calibration error { $error }
results-perfect-calibration = Perfect calibration
results-as-predicted = As predicted
results-scaled = Temperature { $temperature }
results-confidence = Confidence
results-confidences = Confidence of the predictions
results-examples = Examples
results-examples-counted = { $count ->
    [one] { $count } example
   *[other] { $count } examples
}
results-predicted-true = Predicted against true
results-true-number = True
results-predicted-number = Predicted
results-exact = Exactly right
results-test-examples = Test examples
results-values-shown = { $shown } of { $count } test examples
results-error = Predicted minus true
results-errors = Distribution of errors

# The threshold

results-threshold-title = Decision threshold
results-threshold-hint = A text gets the label if its probability is at least this. A higher threshold gives the label to fewer texts: usually higher precision, lower recall.
results-positive = Positive label
results-given = given { $label }
results-is = is { $label }
results-threshold-matrix = Confusion matrix at this threshold
results-use-threshold = Use { $threshold } from now on
results-reset-threshold = Back to 0.50
results-threshold-in-use = Predictions give { $label } from { $threshold } on.
results-threshold-default = Predictions give the more probable label.

# Runs

results-runs = Runs
results-runs-lead = Every run of this project is kept here, also when the page is closed.
results-runs-table = Table of runs
results-run = Run
results-run-number = Run { $number }
results-run-show = Show { $run } in the chart
results-run-shown = Shown
results-name = Name
results-name-of = Name of { $run }
results-note-of = Note on { $run }
results-note = Note
results-encoder = Encoder
results-data = Data
results-method = Method
results-method-head = Head only
results-method-layers = { $count ->
    [one] Top layer
   *[other] Top { $count } layers
}
results-method-lora = LoRA
results-method-full = All weights
results-changed = Changed settings
results-unchanged = none
results-seconds = Seconds
results-test = Test
results-delete = Delete
results-delete-run = Delete { $run }
results-deleted = { $run } was deleted.
results-undo = Undo
results-csv = Export as CSV
results-sort = Sort by { $column }
results-end-completed = Completed
results-end-stopped = Stopped
results-end-early = Stopped early, as it no longer got better
results-end-not-finite = Ended at step { $step }: the loss became NaN or infinite

# The report as a file

results-save-report = Save the report
results-save-report-hint = One HTML file with numbers, curves and settings. It opens in any browser and prints on A4.
results-report-title = { $encoder } fine-tuned on { $data }
results-report-written = { $date } · Tabtune { $version }
results-report-privacy = The model was trained in a browser. This file holds no texts of the data, only their labels and counts.
results-threshold-used = A text is given { $label } from a probability of { $threshold } on. The numbers below are of the more probable label.
results-training = Training
results-training-summary = { $end }: { $steps ->
    [one] { $steps } step
   *[other] { $steps } steps
} in { $seconds } s on { $count ->
    [one] { $count } example
   *[other] { $count } examples
}.
results-best-step = The weights are those of step { $step }, which validated best.
results-validations = Validations
results-train-part = Training
results-validation-part = Validation
results-test-part = Test
results-mean = Mean
results-settings = Settings
results-settings-others = Settings that are not listed are Tabtune's defaults.
