# The data: choosing, reading, cleaning and dividing it.

# A number alone.
data-number = { $number }

## The card

data-title = Data
data-open = Open a file…
data-type = Type examples
data-lead =
    Take a sample, or open a table of your own: a header, then a text and its label, labels or number in each row (CSV,
    tab-separated, JSON, JSON Lines or XLSX). You can also drop it here. It stays on this machine.
data-paste = Paste rows
data-paste-hint =
    Copy cells in a spreadsheet, the header with them, and paste them here. Lines with commas or semicolons, and JSON,
    will do, too.
data-paste-use = Use these rows
data-reading = Reading the table…
data-restoring = Restoring your work…
data-changing = Changing the table…
data-sample-uci = Review sentences (UCI)
data-sample-sms = SMS spam
data-pasted = Pasted text
data-typed = Typed examples

## How a file was read

data-row-count =
    { $count ->
        [one] { $count } row
       *[other] { $count } rows
    }
data-format-commas = CSV (commas)
data-format-semicolons = CSV (semicolons)
data-format-tabs = TSV (tabs)
data-format-delimited = CSV (another delimiter)
data-format-typed = typed here
data-format-encoded = { $format }, { $encoding }
data-format-xlsx =
    { $count ->
        [one] XLSX, sheet “{ $sheet }” of { $count } sheet
       *[other] XLSX, sheet “{ $sheet }” of { $count } sheets
    }
data-encoding = Text encoding
data-encoding-guess = This is a guess. If letters look wrong, choose another
data-encoding-mark = The file says so itself
data-encoding-valid = All of the file fits it
data-encoding-chosen = Your choice
data-encoding-utf-16le = UTF-16, little-endian
data-encoding-utf-16be = UTF-16, big-endian
data-encoding-gb18030 = GB18030, GBK (Chinese)
data-encoding-big5 = Big5 (Chinese)
data-encoding-shift-jis = Shift JIS (Japanese)
data-encoding-euc-kr = EUC-KR (Korean)
data-encoding-windows-1252 = Windows-1252, Latin-1 (Western European)
data-encoding-windows-1250 = Windows-1250 (Central European)
data-encoding-windows-1251 = Windows-1251 (Cyrillic)
data-choose = Choose…
data-sheet = Sheet
data-unread = If “{ $name }” is a text, try it in another encoding:
data-malformed =
    { $count ->
        [one] { $count } place of the file cannot be read in this encoding and shows as �. Choose another encoding, or save the file again as UTF-8.
       *[other] { $count } places of the file cannot be read in this encoding and show as �. Choose another encoding, or save the file again as UTF-8.
    }
data-error-cells =
    { $count ->
        [one] { $count } cell with an error such as #DIV/0! or #N/A: taken as empty.
       *[other] { $count } cells with an error such as #DIV/0! or #N/A: taken as empty.
    }

## Columns and what is learnt

data-column-text = Text column
data-column-label = Label column
data-problem = What to predict
data-problem-single = One label per text
data-problem-multi = Several labels per text
data-problem-regression = A number
data-separator = Between labels
data-separator-hint = An empty cell means none of the labels
data-separator-wrong = Type one character, such as , or ; or |.

## Problems of the rows

data-health = Problems in the rows
data-health-sound = No duplicates, contradictions, empty rows or texts that stand in two parts.
data-health-duplicates =
    { $count ->
        [one] { $count } duplicate: its text and label stand in an earlier row.
       *[other] { $count } duplicates: their texts and labels stand in earlier rows.
    }
data-health-conflicts =
    { $count ->
        [one] { $count } row contradicts another: one text, different labels.
       *[other] { $count } rows contradict each other: one text, different labels.
    }
data-health-leaks =
    { $count ->
        [one] { $count } text of validation or test stands in an earlier part too, so that the results look better than they are.
       *[other] { $count } texts of validation or test stand in an earlier part too, so that the results look better than they are.
    }
data-health-empty-text =
    { $count ->
        [one] { $count } row without text. It is left out.
       *[other] { $count } rows without text. They are left out.
    }
data-health-empty-label =
    { $count ->
        [one] { $count } row without a label.
       *[other] { $count } rows without a label.
    }
data-show = Show
data-mend-duplicates = Keep the first of each
data-mend-conflicts = Remove all of them
data-mend-majority = Take the most frequent label
data-mend-leaks = Remove from validation and test
data-mend-empty = Remove empty rows
data-unusable = Not ready to train.

## The list of rows

data-rows = Rows of the table
data-rows-keys = Enter changes a cell, Delete removes the selected rows, Ctrl+Z takes the last change back. Shift with the arrows selects several.
data-rows-left-out =
    { $count ->
        [one] { $count } more row is not listed: use the filter or the search.
       *[other] { $count } more rows are not listed: use the filter or the search.
    }
data-cell-cut = Too long to be changed here
data-part = Part
data-part-train = Training
data-part-validation = Validation
data-part-test = Test
data-filter = Rows
data-filter-all = All ({ $count })
data-filter-duplicates = Duplicates ({ $count })
data-filter-conflicts = Contradictions ({ $count })
data-filter-leaks = In two parts ({ $count })
data-filter-empty-text = Without text ({ $count })
data-filter-empty-label = Without label ({ $count })
data-filter-label = Label: { $label }
data-search = Search
data-listed =
    { $count ->
        [0] No rows.
        [one] { $count } row.
       *[other] { $count } rows, { $selected } selected.
    }
data-edit = Change
data-delete =
    { $count ->
        [0] Delete
        [one] Delete
       *[other] Delete { $count } rows
    }
data-undo = Undo
data-redo = Redo
data-relabel = Relabel
data-relabel-to = New label
data-edit-label = Label of row { $row }
data-edit-cell = Text of row { $row }
data-add-title = Add an example
data-add-text = Text
data-add-label = Label
data-add = Add

## A file of its own for the test

data-held-out-open = Open a test file…
data-held-out-hint = Its rows, by the same column names, become the test or validation examples.
data-held-out =
    { $count ->
        [one] { $name }, { $count } row, used as
       *[other] { $name }, { $count } rows, used as
    }
data-held-out-remove = Remove this file

## What the data set holds

data-still-in-use = Still in use: { $name }, opened before.
data-examples-labels =
    { $count ->
        [one] { $count } example
       *[other] { $count } examples
    }, { $labels ->
        [one] { $labels } label.
       *[other] { $labels } labels.
    }
data-examples-numbers =
    { $count ->
        [one] { $count } example, a number each.
       *[other] { $count } examples, a number each.
    }
data-split-from-table = A column of the table says which are for training, validation and test.
data-parts-hint = Training: what the model learns from. Validation: to follow how well it does meanwhile. Test: kept back for the report.
data-left-out =
    { $count ->
        [one] { $count } row without text is left out.
       *[other] { $count } rows without text are left out.
    }
data-label-table = Examples of each label
data-number-table = Numbers of each part
data-label = Label
data-numbers = Numbers
data-none-of-them = None of them
data-all = All
data-examples = Examples
data-smallest = Smallest
data-largest = Largest
data-mean = Mean
data-deviation = Standard deviation

## How long the texts are

data-lengths = Text lengths
data-measuring = Measuring…
data-in-tokens = In tokens of the encoder, special ones included.
data-in-characters = In characters. With an encoder they are measured in its tokens.
data-drawn = Measured on { $measured } of { $texts } texts, evenly drawn.
data-length-mean = Mean
data-length-95 = 95th percentile
data-length-longest = Longest
data-cut-none = No text is longer than the maximum length of { $most } tokens.
data-cut =
    { $count ->
        [one] { $count } text ({ $percent } %) is longer than the maximum length of { $most } tokens and is cut there.
       *[other] { $count } texts ({ $percent } %) are longer than the maximum length of { $most } tokens and are cut there.
    }
data-chart = How many texts have which length. Arrow keys go from bar to bar.
data-chart-hint = Point at a bar, or use the arrow keys.
data-chart-table = Lengths as a table
data-tokens = Tokens
data-characters = Characters
data-texts = Texts
data-range = { $from }–{ $to }
data-bar-tokens =
    { $count ->
        [one] { $from }–{ $to } tokens: { $count } text
       *[other] { $from }–{ $to } tokens: { $count } texts
    }
data-bar-characters =
    { $count ->
        [one] { $from }–{ $to } characters: { $count } text
       *[other] { $from }–{ $to } characters: { $count } texts
    }
