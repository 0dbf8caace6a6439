# The page's frame: its head and foot, the device, the encoder, messages.

shell-language = Language
shell-language-failed = { $language } could not be loaded: { $detail }. Check that the page's server is running, and choose it again.
shell-lead = Teach a small language model to label your texts, in this tab. Your texts stay on this machine.
shell-encoder-what = The encoder is a pretrained model that turns a text into numbers. Training adapts it to your labels.
shell-foot = Everything runs in this tab: no text that you open, type or train on is sent anywhere.
shell-licences = Licences

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
# Numbers

shell-percent = { $percent } %
shell-points = { $points } points
shell-seconds = { $seconds } s
shell-minutes = { $minutes } min
shell-hours = { $hours } h { $minutes } min
shell-list = { $before }, { $next }

# Messages above the page

shell-dismiss-error = Dismiss the error
shell-dismiss-notice = Dismiss the notice
shell-restart = Start it again
shell-chunks-missing = Parts of the page could not be loaded. Check the connection and try again; if they stay away, reload the page.
shell-chunks-again = Try again
shell-worker-lacks-code = The part of Tabtune that reads tables and trains could not be loaded. It is asked for again by itself, and what you do here waits for it. Check the connection; if this message stays, reload the page.
shell-notice-data-in-use = The data can be changed when the run has ended. Stop it, or drop the file again later.
shell-notice-encoder-in-use = The encoder can be changed when the run has ended. Stop it, or drop the folder again later.
shell-notice-model-in-use = A saved model can be opened when the run has ended. Stop it, or drop the file again later.
shell-notice-not-ready = Tabtune is still starting or restoring your work. Drop it again in a moment.
shell-notice-other-encoder = { $name } says that it is for the encoder { $other }. It was put on { $encoder }: if that is not the same one by another name, open { $other } first and then { $name } again.
shell-notice-not-stored = The encoder is loaded. { $problem } { $hint }
shell-notice-slow-start = The part of Tabtune that computes has not started yet. On a slow connection this takes a while.
shell-notice-not-begun = Tabtune could not begin. Once what is said above is mended, start it again here.
shell-notice-gave-up = The part of Tabtune that computes stopped working several times in a row.
shell-notice-gpu-lost = The GPU stopped working, so the CPU goes on.
shell-notice-worker-lost = The part of Tabtune that computes stopped working and was started again.
shell-notice-taken-up = Training is taken up from its checkpoint at step { $step }.
shell-notice-begun-anew = There was no checkpoint yet, so training begins anew.
shell-notice-model-lost = The model of the last run was lost with it. Train again to classify texts.
shell-notice-sentences = { $first } { $second }

# The device

shell-device = Device
shell-device-looking = Looking for the fastest device…
shell-device-gpu = GPU (WebGPU)
shell-device-cpu = CPU
shell-device-threads = { $count ->
    [one] one thread
   *[other] { $count } threads
}
shell-device-one-thread-asked = One thread, as the address asks for.
shell-device-one-thread-core = One thread, as this machine has one core.
shell-device-one-thread-isolated = One thread: more need a page that its host isolates from others. Tabtune sees to that itself from the second visit on.
shell-device-one-thread-browser = One thread: more need a newer browser.
shell-device-one-thread-failed = One thread: more did not start ({ $detail }).
shell-device-use-cpu = Use the CPU
shell-device-use-gpu = Use WebGPU
shell-device-use-gpu-anyway = Use WebGPU anyway
shell-device-gpu-lost = The GPU stopped working while it was in use. Training runs on the CPU.
shell-device-verified = A trial run on this GPU gave the same results as on the CPU.
shell-device-asked-for-gpu = You asked for WebGPU.
shell-device-asked-for-cpu = You asked for the CPU.
shell-device-no-web-gpu = Your browser does not offer WebGPU. Training runs on the CPU.
shell-device-no-adapter = Your browser has WebGPU, but offers no graphics card to it. Training runs on the CPU.
shell-device-software = Your browser's WebGPU is emulated in software ({ $adapter }), which is slower than using the CPU directly. Training runs on the CPU.
shell-device-missing-feature = The graphics card ({ $adapter }) lacks something that training needs: { $feature }. Training runs on the CPU.
shell-device-self-check-failed = A trial run on the graphics card ({ $adapter }) gave results that differ from the CPU's by { $difference }, so it is not trusted. Training runs on the CPU.
shell-device-start-failed = The graphics card did not start ({ $detail }). Training runs on the CPU.

# The encoder

shell-loading = Loading…
shell-encoder = Encoder
shell-encoder-pretrained = Pretrained encoder
shell-encoder-progress = Loading the encoder
shell-encoder-loading = Loading: { $loaded } of { $total }
shell-encoder-waiting = Waiting for the device.
shell-encoder-none = No encoder is loaded.
shell-encoder-again = Load it again
shell-encoder-ready = Ready: { $layers ->
    [one] { $layers } layer
   *[other] { $layers } layers
} of width { $width }, { $parameters } parameters, texts of up to { $tokens } tokens.
# The description is the encoder's own, in English; a translation goes by its id.
shell-encoder-about = { $id ->
   *[other] { $description }
} Licence: { $license }.
shell-more-encoders = More encoders
shell-open-folder = Open a folder…
shell-open-zip = Open a zip…
shell-more-encoders-note = A Hugging Face folder of a BERT, DistilBERT, RoBERTa or XLM-RoBERTa encoder, or a zip of one. You can also drop it here. It stays on this machine; your browser may ask before it lets a page read a folder, and call that uploading.
shell-hub = From the Hugging Face hub
shell-hub-placeholder = owner/name
shell-hub-look-up = Look up
shell-hub-note = Looking up asks { $host }, which learns the name of the encoder and, as every site does, your internet address. It learns nothing of your texts.
shell-hub-allow = Allow asking { $host }
shell-hub-off = Not allowed: nothing on this page can reach any site but its own. Allow it to look up and download encoders there; this browser remembers your choice, and you can take it back at any time.
shell-hub-asking = Asking…
shell-hub-address = Address
shell-hub-licence = Licence
shell-hub-no-licence = none is named; ask its authors
shell-hub-size = Size
shell-hub-files = { $size } in { $names }
shell-hub-revision = Revision
shell-hub-kept = Kept in this browser: loading it needs no connection.
shell-hub-will-be-kept = It is kept in this browser once it has been downloaded and checked.
shell-hub-load = Load
shell-hub-download = Download { $size }
shell-hub-forget = Forget it

# The samples

shell-sample-zh = Chinese reviews
shell-sample-choose-encoder = This sample is in Chinese. An encoder for English learns hardly anything from it and is right about half of the time, as by chance. Choose multilingual-e5-small above.
shell-sample-get-encoder = This sample is in Chinese. An encoder for English learns hardly anything from it and is right about half of the time, as by chance. To learn from it, look up intfloat/multilingual-e5-small under More encoders, or add the small version to this site with cargo xtask models multilingual-e5-small.

# Use without a connection, and new versions

shell-offline-ready = Ready to work offline.
shell-offline-keeping = Getting ready to work offline: { $kept } of { $total }.
shell-offline-not-offered = This site does not keep the page for use offline.
shell-offline-unsupported = This browser does not keep the page for use offline. Private windows and pages without HTTPS often cannot.
shell-offline-unreachable = Not ready to work offline: { $file } could not be fetched. It is tried again from time to time, and when you reload the page.
shell-offline-altered = Not ready to work offline: the site has another { $file } than the one that belongs to this version, so it was not kept. It is tried again when you reload the page.
shell-offline-storage = Not ready to work offline: the browser could not keep the files ({ $detail }). Free some space, then reload the page.
shell-update = A new version is ready.
shell-update-run = A run is under way, and reloading would end it: wait until it is done and save the model first.
shell-update-loses = What is open here closes when you reload: save the model first if you want to keep it.
shell-update-run-kept = A run is under way; after reloading, it can go on from its last saved step.
shell-update-kept = What is open here is kept in this browser and comes back.
shell-update-others = { $count ->
    [one] Tabtune is open in { $count } other tab. Close it first
   *[other] Tabtune is open in { $count } other tabs. Close them first
}, then press Reload again.
shell-update-reload = Reload

# The requests that were made

shell-requests-unknown = Your browser does not tell how many requests this page makes.
shell-requests-own = This page has made { $count ->
    [one] { $count } request
   *[other] { $count } requests
} since it was opened, all to its own site.
shell-requests-elsewhere = Since it was opened, this page has made { $own ->
    [one] { $own } request
   *[other] { $own } requests
} to its own site and { $elsewhere ->
    [one] { $elsewhere } request
   *[other] { $elsewhere } requests
} elsewhere, for what you looked up or downloaded.
shell-requests-how = How to check this yourself
shell-requests-what = What is fetched is the page itself, encoders and samples. The number is the browser's own record of the page, its worker and its service worker, which keeps the page's files for use offline; what comes from there is no request. A request is never made with anything that you opened or typed, except for the name of an encoder that you look up.
shell-requests-tools = Press F12 and choose Network before you reload the page: the browser lists every request, where it goes and what it carries. Train and ask the model: nothing is added to the list.
shell-requests-offline = Or disconnect from the network when this page says that it is ready to work offline, reload it, and go on: opening files, training, testing and saving work without a connection.
