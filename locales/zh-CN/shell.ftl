# 页面框架：页眉和页脚、设备、编码器、消息。

shell-language = 语言
shell-lead = 在此标签页中微调小型文本编码器。您的文本不会离开这台设备。
shell-foot = 一切都在此标签页中运行：您打开、输入或用于训练的文本不会发送到任何地方。

shell-steps = 步骤
shell-step-data = 数据
shell-step-train = 训练
shell-step-results = 结果
shell-step-use = 使用
# 在步骤名称之后朗读。
shell-step-waiting = （前面的步骤尚未完成）
shell-step-ready = （可以开始）
shell-step-active = （进行中）
shell-step-done = （已完成）
