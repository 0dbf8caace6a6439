# The worker or the device does not do what it should.

faults-silent = The part of Tabtune that computes does not answer. It may only be very busy. Started anew, it goes on from the last checkpoint; your data and your changes stay.
faults-start-anew = Start it anew
faults-gpu-failed = The GPU stopped working.
faults-gpu-still-missing = WebGPU is still not to be had.
faults-run-waits = Training waits at its checkpoint at step { $step }; only the steps after it are lost.
faults-run-waits-anew = Training waits. There was no checkpoint yet, so it begins anew.
faults-use-cpu = Go on with the CPU
faults-try-gpu = Try WebGPU again
faults-device-waits = The device waits for your decision above.
faults-on-cpu = The CPU is used now.
faults-out-of-memory = There was not enough memory, so the part of Tabtune that computes was started again.
faults-run-paused = Training is paused at its checkpoint at step { $step }. Resume it to try again. If that does not help, stop it and start a run with a smaller batch size or maximum length.
faults-run-too-large = The run is over. Choose a smaller batch size, a smaller maximum length or a smaller encoder, then start again.
