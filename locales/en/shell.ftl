# The page's frame: its head and foot, the device, the encoder, messages.

shell-language = Language
shell-lead = Fine-tune a small text encoder in this tab. Your text stays on this machine.
shell-foot = Everything runs in this tab: no text that you open, type or train on is sent anywhere.

shell-steps = Steps
shell-step-data = Data
shell-step-train = Train
shell-step-results = Results
shell-step-use = Use
# Read out after the name of a step.
shell-step-waiting = (something before it is missing)
shell-step-ready = (ready)
shell-step-active = (under way)
shell-step-done = (done)
