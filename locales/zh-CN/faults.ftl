# 计算部分或设备工作不正常。

faults-silent = Tabtune 的计算部分没有响应，也可能只是非常忙碌。重新启动后将从上一个检查点继续，您的数据和修改都会保留。
faults-start-anew = 重新启动
faults-gpu-failed = GPU 停止工作。
faults-gpu-still-missing = 目前仍无法使用 WebGPU。
faults-run-waits = 训练停在第 { $step } 步的检查点等待，只丢失此后的步骤。
faults-run-waits-anew = 训练正在等待。当时还没有检查点，因此将重新开始。
faults-use-cpu = 改用 CPU 继续
faults-try-gpu = 再次尝试 WebGPU
faults-device-waits = 请先在上方选择要使用的设备。
faults-on-cpu = 现已改用 CPU。
faults-out-of-memory = 内存不足，Tabtune 的计算部分已重新启动。
faults-run-paused = 训练已暂停在第 { $step } 步的检查点。可以继续训练再试一次；如果仍然失败，请停止训练，减小批大小或最大长度后重新开始。
faults-run-too-large = 本次训练已结束。请减小批大小或最大长度，或换用更小的编码器，然后重新开始。
