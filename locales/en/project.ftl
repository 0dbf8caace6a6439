# Projects: what is kept in the browser, saved by itself, listed and brought back.

project-unnamed = Untitled
project-title = Projects
project-list = Projects
project-lead = Your tables, changes, runs and models are kept in this browser, on this machine, and saved as you work.
project-close = Close
project-new = New project
project-import = Open a project file
project-none = There are no projects yet. One is made by itself when you open a table or a model.
project-busy = One moment…
project-cancel = Cancel
project-more = Remove everything
project-name = Name of the project
# A button's action and the project that it is for.
project-of = { $action }: { $name }

# A project in the list

project-open = Open
project-is-open = open
project-rename = Rename
project-rename-done = Rename
project-export = Export
project-delete = Delete
project-about = { $when } · { $size }
project-damaged = It is damaged and cannot be opened any more.
project-delete-sure = Delete “{ $name }” for good? Export it first if you may want it again.
project-delete-yes = Delete for good
project-keep = Keep it

# Room

project-bytes = { $bytes } bytes
project-kb = { $kilobytes } kB
project-mb = { $megabytes } MB
project-gb = { $gigabytes } GB
project-room = { $used } of { $quota } are in use.
project-may-be-cleared = The browser may clear it when space is short: export what you cannot lose.
project-safe = It is kept until you delete it.
project-little-room = Space is nearly used up, and saving may soon fail. Export projects that you do not need here and delete them.
project-remove-all-about = Deletes all projects, encoders that were fetched from the hub, and your choices, such as the language. Files that you have exported stay.
project-remove-all = Remove all that Tabtune keeps in this browser
project-remove-all-sure = All projects are deleted for good. Are you sure?
project-remove-all-yes = Remove all for good

# Saving

project-opening = Opening…
project-slow = Not saved yet: this browser’s storage does not answer
project-saving = Saving…
project-saved = Saved in this browser
project-saved-at = Saved in this browser · { $time }
project-not-saved = Not saved
project-not-saved-why = Not saved: { $why }.
project-not-saved-hint = What was saved before is safe. Export or delete a project to make room; saving is tried again by itself.
project-not-kept = Not kept in this browser
project-missing = This browser keeps no files for this page, as in a private window. Everything works, but your work ends with this tab: save models as files.

# Coming back

project-run-interrupted = Stopped when the page was closed
project-model-returning = Opening the model…
project-run-offered = Training stopped at step { $step } of { $total } when the page was closed.
project-run-offered-anew = Training was stopped before its first checkpoint when the page was closed. It would begin anew.
project-run-waits = Go on with the run that was stopped, or leave it, at the top of the page.
project-run-go-on = Go on
project-run-leave = Leave it
project-wanted-of-hub = This project was made with the encoder { $name } of the Hugging Face hub, which this browser does not keep. Until it is fetched, its table and model wait.
project-fetch-allows-hub = Fetching it allows this page to ask { $host } from now on; you can take that back under “More encoders”.
project-fetch-of-hub = Fetch it from the hub
project-elsewhere = “{ $name }” is open in another tab. It opens here when it is closed there.
project-elsewhere-wait = Wait for it
project-elsewhere-waiting = Waiting for the other tab…
project-elsewhere-new = Start a new project
project-replacing = You have changed this table. Opening another one here lets go of the changes.
project-replacing-keep = Open it in a new project
project-replacing-lose = Open it here, without my changes
project-came-damaged = The project is open, but this could not be read any more: { $lost }.
project-came-earlier = The last change of the project was damaged; it is open as it was before that.
project-exported-earlier = The newest changes could not be saved, and are not in the file: it has the project as it was saved before.
project-apart = The project was changed in another tab, or its last change was damaged. What you had here is in a project of its own now.
project-came-incomplete = The project is open, but a file of it was damaged.
