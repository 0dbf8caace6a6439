# Settings and the run.

# Settings: the card

run-settings-title = Settings
run-settings-more = More settings
run-settings-wrong = Needs a look
run-presets = How to train
run-preset-instant = Instant
run-preset-instant-hint = Trains only a small classifier (the head) on top of the encoder, which stays as it is. Done in seconds.
run-preset-balanced = Balanced
run-preset-balanced-hint = Also adapts the encoder, by small added weights (LoRA adapters). The usual choice.
run-preset-thorough = Thorough
run-preset-thorough-hint = Adapters on all linear layers, not only query and value; more epochs, of which the best is kept. Takes several times as long.
run-preset-custom = Custom
run-preset-custom-hint = Settings of your own. Choose one of the others to go back.

# Settings: each with what it is and its usual range

run-epochs = Epochs
run-epochs-hint = How often all training examples are seen. Usually 2 to 10.
run-learning-rate = Learning rate
run-learning-rate-hint = How far a step moves the weights. Usually 0.0001 to 0.01; less for whole layers.
run-batch-size = Batch size
run-batch-size-hint = Examples that go through the encoder together. Usually 8 to 32.
run-method = Method
run-method-hint = What is trained besides the head. Usually adapters.
run-trained-layers = Trained layers
run-trained-layers-hint = Layers that are trained, from the top of the encoder. Usually 1 to 3.
run-unfreezing = Unfreezing
run-unfreezing-hint = Epochs until one layer more is trained; empty trains all at once. Usually empty or 1.
run-lora-rank = LoRA rank
run-lora-rank-hint = Inner width of the adapters. Usually 4 to 32.
run-lora-alpha = LoRA alpha
run-lora-alpha-hint = Adapters are scaled by alpha / rank. Usually once or twice the rank.
run-lora-dropout = LoRA dropout
run-lora-dropout-hint = Share of the adapters' inputs left out at random. Usually 0 to 0.2.
run-lora-targets = LoRA targets
run-lora-targets-hint = Linear layers that get an adapter. Usually query and value.
run-rank-stabilised = Rank-stabilised
run-rank-stabilised-hint = Scales adapters by alpha / √rank. Usually only for ranks above 32.
run-lora-plus = LoRA+ ratio
run-lora-plus-hint = Learning rate of B as a multiple of A's. Usually 1, or 4 to 16.
run-8bit = 8-bit layers
run-8bit-hint = Computes frozen layers in 8-bit integers while training: usually more than twice as fast on a CPU, and nearly as accurate.
run-16bit = 16-bit layers
run-16bit-hint = Computes the encoder's layers on 16-bit numbers while training (mixed precision): half the memory traffic on a GPU that has them.
run-pooling = Pooling
run-pooling-hint = How the tokens of a text become one vector. Usually their mean.
run-max-length = Maximum length
run-max-length-hint = Tokens of a text; longer ones are cut. Usually 32 to 256.
run-head-dropout = Head dropout
run-head-dropout-hint = Share of a text's vector left out at random. Usually 0 to 0.3.
run-encoder-dropout = Encoder dropout
run-encoder-dropout-hint = The same in the encoder's own layers. Usually 0 to 0.1.
run-optimizer = Optimizer
run-optimizer-hint = The rule by which weights are updated. Usually AdamW.
run-schedule = Schedule
run-schedule-hint = How the learning rate moves after the warm-up. Usually linear to 0.
run-warm-up = Warm-up
run-warm-up-hint = Share of the steps in which the learning rate rises. Usually 0 to 0.1.
run-weight-decay = Weight decay
run-weight-decay-hint = How strongly weights are pulled towards 0; not biases and norms. Usually 0 to 0.1.
run-clipping = Gradient clipping
run-clipping-hint = Largest norm of a step's gradients; empty for no limit. Usually 1.
run-accumulation = Gradient accumulation
run-accumulation-hint = Batches whose gradients make up one step. Usually 1 to 8.
run-sampling = Sampling
run-sampling-hint = Which examples an epoch sees. Usually each of them once.
run-group-by-length = Group by length
run-group-by-length-hint = Puts texts of like length into a batch. It saves time on a GPU, which computes padding too; the CPU leaves padding out anyway.
run-class-weights = Class weights
run-class-weights-hint = How much each label counts in the loss. Usually all the same.
run-label-smoothing = Label smoothing
run-label-smoothing-hint = Share of each target that is spread over all labels. Usually 0 to 0.1.
run-adversarial = Adversarial epsilon
run-adversarial-hint = Also learns on word vectors moved this far; empty for not. Usually empty or 0.1 to 1.
run-patience = Patience
run-patience-hint = Epochs without a better validation (by loss, or by the score chosen under Best weights) until the run ends; empty for all epochs. Usually 2 to 5.
run-best-weights = Best weights
run-best-weights-hint = Whether to end with the epoch that validated best, and by what. Usually for long runs.
run-seed = Seed
run-seed-hint = Decides what is drawn at random: weights, order, split. Any whole number.
run-validation-share = Validation share
run-validation-share-hint = Share of the examples held out to follow training. Usually 0.1 to 0.2.
run-test-share = Test share
run-test-share-hint = Share of the examples held out for the final report. Usually 0.1 to 0.2.

# Settings: what can be chosen

run-method-head = Head only
run-method-lora = Adapters (LoRA)
run-method-last = Last layers
run-method-full = Everything
run-pooling-mean = Mean of all tokens
run-pooling-first = First token
run-pooling-max = Largest of each component
run-pooling-pooler = First token, dense layer
run-targets-query-value = Query and value
run-targets-attention = All of attention
run-targets-all = All linear layers
run-optimizer-sgd = SGD with momentum
run-schedule-linear = Linear to 0
run-schedule-cosine = Cosine to 0
run-schedule-constant = Constant
run-sampling-shuffle = Every example once
run-sampling-oversample = Rare labels repeated
run-sampling-undersample = Frequent labels cut
run-weights-uniform = All labels the same
run-weights-balanced = Rare labels more
run-best-loss = By loss
run-best-score = By score (accuracy; micro F1 for several labels; R² for numbers)
run-yes = Yes
run-no = No

# Settings: what is wrong with one

run-wrong-whole = { $name } must be a whole number.
run-wrong-number = { $name } must be a number.
run-wrong-choice = { $name } must be one of the list.
run-wrong-between = { $name } must be from { $least } to { $most }.
run-wrong-share = { $name } must be from 0 to below 1.
run-wrong-up-to = { $name } must be above 0 and at most { $most }.
run-wrong-positive = { $name } must be above 0.
run-wrong-targets = Choose at least one layer.
run-wrong-length = This encoder takes at most { $longest } tokens.
run-wrong-8bit = Only the CPU has 8-bit integers, in a browser with relaxed SIMD: choose No.
run-wrong-16bit = Only WebGPU has 16-bit numbers, on a GPU with shader-f16: choose No.

# The run: what it is about

run-title = Run
run-needs-look = One of the settings needs a look before training can start.
run-needs-data = Choose your data first.
run-needs-encoder = The encoder is not loaded yet.
run-learns = { $encoder } learns from { $data }.
run-will-learn =
    { $count ->
        [one] { $encoder } will learn from { $count } example of { $data }.
       *[other] { $encoder } will learn from { $count } examples of { $data }.
    }

# The run: how long it will take

run-estimating = Measuring how long this will take…
run-estimate = About { $time }, and about { $memory } of memory.
run-estimate-most = At most about { $time }, and about { $memory } of memory.
run-8bit-choice = 8-bit layers: usually more than twice as fast, nearly as accurate
run-8bit-choice-time = 8-bit layers: about { $time }, nearly as accurate
run-memory-mb = { $megabytes } MB
run-memory-gb = { $gigabytes } GB

# The run: buttons

run-start = Train
run-step = Single step
run-pause = Pause
run-resume = Resume
run-stop = Stop
run-skip-test = Skip the test
run-rate-change = Change the learning rate
run-rate-apply = Apply
run-rate-hint = The schedule goes on from this rate. Usually a half or a third of the present one.
run-rate-changed =
    { $step ->
        [0] Learning rate { $rate } from the start.
       *[other] Learning rate { $rate } after step { $step }.
    }

# The run: where it stands

run-progress = Training steps
run-in-float32 = This device has not the 8- or 16-bit numbers that the run began with: it goes on in 32 bits, more slowly.
run-preparing = Preparing
run-preparing-detail = the model is being set up
run-training = Training
run-stopping = Stopping
run-paused = Paused
run-validating = Validating
run-testing = Testing
run-comparing = Comparing with the encoder before training
run-failed = Ended without a model
run-finished = Finished
run-ended-completed = Finished in { $time }
run-ended-stopped = Stopped after { $time }
run-ended-early = No longer got better, and ended after { $time }
run-ended-not-finite = Ended after { $time }: the loss became NaN or infinite
run-not-finite-advice = At step { $step } the loss became NaN or infinite. The model is the one from before that step. The learning rate is probably too high: try a third of it, or switch gradient clipping on.
run-steps-of = step { $step } of { $total }
run-examples-of =
    { $total ->
        [one] { $done } of { $total } example
       *[other] { $done } of { $total } examples
    }
run-time-left = about { $time } left

# The run: figures

run-figures = Live figures
run-figure-loss = Loss
run-figure-loss-help = Of the newest step
run-figure-smoothed = Smoothed loss
run-figure-smoothed-help = Exponential moving average, about the last 20 steps
run-figure-rate = Learning rate
run-figure-rate-help = Of the newest step, as the schedule has it
run-figure-norm = Gradient norm
run-figure-norm-help = Of the newest step, before clipping
run-figure-examples = Examples/s
run-figure-examples-help = Training examples a second, lately
run-figure-tokens = Tokens/s
run-figure-tokens-help = Tokens of training examples a second, lately
run-figure-memory = Memory
run-figure-memory-help = What the part of Tabtune that computes takes
run-figure-memory-gpu-help = What the part of Tabtune that computes takes besides the GPU's own memory
run-figure-elapsed = Elapsed
run-figure-elapsed-help = Training and evaluation, pauses left out
run-figure-left = Time left
run-figure-left-help = At the present pace
run-figure-none = –

# The run: validation, end, title

run-validation-after =
    { $epoch ->
        [one] validation { $metric } after { $epoch } epoch
       *[other] validation { $metric } after { $epoch } epochs
    }
run-validation-change = { $change } since epoch { $epoch }
run-details = About this run
run-details-time = Time
run-details-took = { $taken }
run-details-estimated = { $taken } (estimate: { $estimated })
run-details-trained = Trained parameters
run-details-trained-share = { $count } of { $total }
run-details-encoder = Encoder
run-details-data = Data
run-details-steps = Steps
run-details-rates = Learning rate
run-app-title = Tabtune
run-app-title-share = { $percent } % · Tabtune
run-app-title-paused = Paused at { $percent } % · Tabtune
run-app-title-done = Done · Tabtune
run-app-title-failed = Ended · Tabtune

# Before and after

run-baseline-title = With and without fine-tuning
run-baseline-before = Without fine-tuning
run-baseline-after = Fine-tuned
run-baseline-scores = { $accuracy } accuracy · { $f1 } macro F1
run-baseline-centroid = Without fine-tuning: the encoder as it came. Each test text gets the label whose training texts lie nearest on average (nearest centroid), so the training labels are used here, too.
run-baseline-majority = Nothing learnt: every test text gets the most frequent label.
run-baseline-share = The most frequent label alone is right for { $share } of the test texts.

# Metrics, within a sentence

run-metric-loss = loss
run-metric-accuracy = accuracy
run-metric-macro-f1 = macro F1
run-metric-micro-f1 = micro F1
run-metric-matthews = Matthews correlation
run-metric-r2 = R²
run-metric-pearson = Pearson correlation
run-metric-spearman = Spearman correlation
