# The page's frame: its head and foot, the device, the encoder, messages.

shell-language = Language
shell-lead = Fine-tune a small text encoder in this tab. Your text stays on this machine.
shell-foot = Everything runs in this tab: no text that you open, type or train on is sent anywhere.

# Numbers

shell-percent = { $percent } %
shell-points = { $points } points
shell-seconds = { $seconds } s
shell-minutes = { $minutes } min
shell-hours = { $hours } h { $minutes } min
shell-list = { $before }, { $next }
