# 项目：保存在浏览器中的工作、自动保存、列表与恢复。

project-unnamed = 未命名
project-title = 项目
project-list = 项目
project-lead = 您的表格、改动、训练和模型都保存在本机的这个浏览器中，并随时自动保存。
project-close = 关闭
project-new = 新建项目
project-import = 打开项目文件
project-none = 还没有项目。打开表格或模型后会自动创建。
project-busy = 请稍候……
project-cancel = 取消
project-more = 全部清除
project-name = 项目名称
# A button's action and the project that it is for.
project-of = { $action }：{ $name }

# 列表中的项目

project-open = 打开
project-is-open = 已打开
project-rename = 重命名
project-rename-done = 重命名
project-export = 导出
project-delete = 删除
project-about = { $when } · { $size }
project-damaged = 该项目已损坏，无法再打开。
project-delete-sure = 要永久删除“{ $name }”吗？如果以后可能还需要，请先导出。
project-delete-yes = 永久删除
project-keep = 保留

# 空间

project-bytes = { $bytes } 字节
project-kb = { $kilobytes } kB
project-mb = { $megabytes } MB
project-gb = { $gigabytes } GB
project-room = 已使用 { $used }，共 { $quota }。
project-may-be-cleared = 空间不足时浏览器可能会清除这些内容：不能丢失的内容请导出。
project-safe = 在您删除之前会一直保留。
project-little-room = 空间即将用尽，保存可能很快会失败。请导出并删除此处不再需要的项目。
project-remove-all-about = 删除所有项目、从 Hub 下载的编码器以及语言等选择。已导出的文件不受影响。
project-remove-all = 清除 Tabtune 在此浏览器中保存的所有内容
project-remove-all-sure = 所有项目都将被永久删除。确定吗？
project-remove-all-yes = 永久清除

# 保存

project-opening = 正在打开……
project-slow = 尚未保存：此浏览器的存储没有响应
project-saving = 正在保存……
project-saved = 已保存在此浏览器中
project-saved-at = 已保存在此浏览器中 · { $time }
project-not-saved = 未保存
project-not-saved-why = 未保存：{ $why }。
project-not-saved-hint = 之前保存的内容没有丢失。请导出或删除一个项目以腾出空间；系统会自动重试保存。
project-not-kept = 未保存在此浏览器中
project-missing = 此浏览器不为本页面保存文件，例如在无痕窗口中。一切功能照常，但关闭标签页后您的工作不会保留：请将模型保存为文件。

# 恢复

project-run-interrupted = 页面关闭时已停止
project-model-returning = 正在打开模型……
project-run-offered = 页面关闭时，训练停在第 { $step } 步，共 { $total } 步。
project-run-offered-anew = 页面关闭时，训练尚未到达第一个检查点。继续将从头开始。
project-run-waits = 请在页面顶部选择继续已停止的训练，或不再继续。
project-run-go-on = 继续
project-run-leave = 不再继续
project-wanted-of-hub = 该项目使用 Hugging Face Hub 上的编码器 { $name }，而此浏览器中没有保存它。下载之前，项目的表格和模型暂不打开。
project-fetch-allows-hub = 下载即表示今后允许此页面向 { $host } 查询；您可以在“更多编码器”中撤回。
project-fetch-of-hub = 从 Hub 下载
project-elsewhere = “{ $name }”已在另一个标签页中打开。在那里关闭后会在此处打开。
project-elsewhere-wait = 等待
project-elsewhere-waiting = 正在等待另一个标签页……
project-elsewhere-new = 新建项目
project-replacing = 您修改过这个表格。在此处打开另一个表格会丢弃这些改动。
project-replacing-keep = 在新项目中打开
project-replacing-lose = 在此处打开，放弃我的改动
project-came-damaged = 项目已打开，但以下内容无法再读取：{ $lost }。
project-came-earlier = 项目的最后一次改动已损坏；打开的是此前的状态。
project-exported-earlier = 最新的更改未能保存，因此不在该文件中：文件中是项目此前保存的状态。
project-apart = 该项目已在另一个标签页中更改，或其最后一次改动已损坏。此处的内容现保存在一个单独的项目中。
project-came-incomplete = 项目已打开，但其中有一个文件已损坏。
