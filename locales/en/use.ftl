# Using, opening and saving a model.

use-try-title = Try it
use-text = Your text
use-text-example = The soup was cold, but the waiter was charming.
use-hint-ready = The model answers as you type.
use-hint-learning = The model is still learning. It answers between two steps, and again after each epoch.
use-hint-no-model = Train a model or open a saved one; then it can be used here.
use-ask-again = Ask again now
use-opinions = While it learnt
use-opinion-epoch = Epoch { $epoch }:
use-verdict = Most probably { $labels } ({ $confidence })
use-verdict-unsure = ⚠ Unsure, perhaps { $labels } ({ $confidence })
use-verdict-none = Probably none of the labels
use-verdict-unsure-none = ⚠ Unsure, perhaps none of the labels
use-verdict-number = The number { $number }
use-answer-about =
    { $tokens ->
        [one] { $tokens } token
       *[other] { $tokens } tokens
    }, { $milliseconds } ms
use-show-all = Show all { $count }
use-show-fewer = Show the first { $count }

use-unsure-off = “Unsure”: off
use-unsure-below = “Unsure” below { $confidence }
use-unsure-label = Confidence below which the model is unsure
use-unsure-hint = When the model’s confidence is lower than this, the page says that it is unsure instead of taking its word. All the way to the left switches it off.

use-batch-title = Classify a file
use-batch-about = Open a table with a column of texts. You get the same file back, with the prediction and its probabilities behind each row. Nothing leaves this machine.
use-batch-open = Open a file…
use-batch-reading = Reading the file…
use-batch-unread = If “{ $name }” is a text, try it in another encoding:
use-batch-opened =
    { $name }: { $count ->
        [one] { $count } row
       *[other] { $count } rows
    }
use-batch-column = Column of texts
use-batch-sheet = Sheet
use-batch-first = First texts
use-batch-mark = I will open it in Excel (adds a mark by which Excel knows UTF-8)
use-batch-int8 = Compute in 8-bit integers: faster, and nearly as exact. A label may change where the model is in two minds.
use-batch-start = Classify and save
use-batch-stop = Stop
use-batch-paused-only = Pause the run to classify the file with the model as it stands.
use-batch-progress = { $done } of { $total } rows
use-batch-done =
    { $count ->
        [one] { $count } row is
       *[other] { $count } rows are
    } in { $name }.
use-batch-unsure =
    { $count ->
        [one] The model is unsure of { $count } row.
       *[other] The model is unsure of { $count } rows.
    }
use-batch-empty =
    { $count ->
        [one] { $count } row has no text, and no prediction.
       *[other] { $count } rows have no text, and no prediction.
    }
use-batch-in-int8 = Computed in 8-bit integers.
use-batch-stopped =
    Stopped after { $count ->
        [one] { $count } row
       *[other] { $count } rows
    }. Nothing was saved.
use-batch-save = Save it again

use-monitor-title = Watch messages as they come in
use-monitor-about = Type a message and press Enter, or paste many lines at once. Each line is classified; below you see what the newest come to.
use-monitor-lines = Messages, one in each line
use-monitor-send = Send
use-monitor-clear = Clear
use-monitor-left-out =
    { $count ->
        [one] { $count } line was left out:
       *[other] { $count } lines were left out:
    } too many wait already. Classify a file instead.
use-monitor-waiting =
    { $count ->
        [one] { $count } line waits…
       *[other] { $count } lines wait…
    }
use-monitor-no-model =
    { $count ->
        [one] { $count } line waits for a model.
       *[other] { $count } lines wait for a model.
    }
use-monitor-go-on = Go on
use-monitor-window = Look at
use-monitor-last = the last { $count } lines
use-monitor-mean = Mean: { $number }
use-monitor-newest = Newest lines, of { $count }
use-monitor-said = { $labels } { $confidence }
use-monitor-unsure = ⚠ unsure, perhaps { $labels } { $confidence }
use-class-none = no label
use-class-unsure = unsure
use-alert-class = Alert me when many are
use-alert-none = No alert
use-alert-share = Above this share, in percent
use-alert = { $label } has risen to { $share } at line { $line }.
use-alert-count =
    { $count ->
        [one] { $count } alert so far
       *[other] { $count } alerts so far
    }
use-alert-dismiss = Dismiss the alert
use-shares-title =
    Shares of the last { $count ->
        [one] { $count } line
       *[other] { $count } lines
    }
use-shares-at = Line { $line }: { $shares }
use-shares-chart = Shares over the lines; arrow keys move along them
use-shares-table = Shares as a table
use-shares-label = Label
use-shares-lines = Lines
use-shares-share = Share
use-shares-line = At line

use-open-title = Saved model
use-open-about = Have you trained one before? Open the file that you saved, and use it without training again. You can also drop it here.
use-open-file = Open a saved model…
use-open-reading = Reading the model…
use-open-adapter-title = An adapter made with Python
use-open-adapter-about = An adapter of the PEFT library opens too: its folder here, or a zip of it above.
use-open-folder = Open a folder…
use-opened-number = is open and predicts a number.
use-opened-labels = is open and knows the labels { $labels }.
use-opened-many =
    is open and knows { $count ->
        [one] { $count } label
       *[other] { $count } labels
    }.
use-opened-data = It has learnt from { $data }.
use-opened-encoder = Encoder: { $encoder }
use-opened-lost = It is not in use any more; open it again to try it.
use-opened-try = Try it

use-save-title = Save
use-save-ready = Keep the model as a file on this machine. It opens here again, with its labels and report.
use-save-busy = The file is being made…
use-save-no-model = Train a model first; then it can be saved here.
use-save-running = Pause the run to save the model as it stands.
use-save-not-all = Not every form fits this model.
use-save-unknown = An adapter that was opened cannot be saved again: keep the file that it came from.
use-save-tabtune = Save the model
use-save = Save
use-save-programs = For programs: Python and Rust
use-save-adapter = Adapter for Python (PEFT)
use-save-adapter-about = Small: what was trained, without the encoder.
use-save-merged = Whole model (Hugging Face folder)
use-save-merged-about = Large: encoder and all in one zip.
use-save-no-lora = There is none: this model was not trained with LoRA.
use-snippets-title = How to use the files
use-snippets-none = Once there is a model that can be saved, programs that use it stand here.
use-snippet-adapter = Python: the adapter, unpacked beside the program
use-snippet-merged = Python: the whole model, unpacked beside the program
use-snippet-rust = Rust: the saved model, with Tabtune as a library
use-snippet-terminal = Terminal: the saved model, in a checkout of Tabtune
use-copy = Copy
use-copied = Copied
use-not-copied = The browser does not let the page copy. Select the text and copy it yourself.
