# 页面框架：页眉和页脚、设备、编码器、消息。

shell-language = 语言
shell-lead = 在此标签页中微调小型文本编码器。您的文本不会离开这台设备。
shell-foot = 一切都在此标签页中运行：您打开、输入或用于训练的文本不会发送到任何地方。

# 数字

shell-percent = { $percent }%
shell-points = { $points } 个百分点
shell-seconds = { $seconds } 秒
shell-minutes = { $minutes } 分钟
shell-hours = { $hours } 小时 { $minutes } 分钟
shell-list = { $before }、{ $next }
