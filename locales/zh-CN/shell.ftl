# 页面框架：页眉和页脚、设备、编码器、消息。

shell-language = 语言
shell-language-failed = 无法加载 { $language }：{ $detail }。请检查网页的服务器是否正在运行，然后重新选择。
shell-lead = 在此标签页中教一个小型语言模型为您的文本打标签。您的文本不会离开这台设备。
shell-encoder-what = 编码器是把文本变成数值的预训练模型，训练使它适应您的标签。
shell-foot = 一切都在此标签页中运行：您打开、输入或用于训练的文本不会发送到任何地方。
shell-licences = 许可证

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
# 数字

shell-percent = { $percent }%
shell-points = { $points } 个百分点
shell-seconds = { $seconds } 秒
shell-minutes = { $minutes } 分钟
shell-hours = { $hours } 小时 { $minutes } 分钟
shell-list = { $before }、{ $next }

# 页面上方的消息

shell-dismiss-error = 关闭错误提示
shell-dismiss-notice = 关闭通知
shell-restart = 重新启动
shell-chunks-missing = 页面的部分内容无法加载。请检查连接后重试；如果仍然无法加载，请重新加载页面。
shell-chunks-again = 重试
shell-worker-lacks-code = Tabtune 中用于读取表格和训练的部分无法加载。它会自动重试，您在这里的操作会等待它完成。请检查连接；如果此消息一直存在，请重新加载页面。
shell-notice-data-in-use = 训练结束后才能更换数据。请先停止训练，或稍后再拖入文件。
shell-notice-encoder-in-use = 训练结束后才能更换编码器。请先停止训练，或稍后再拖入文件夹。
shell-notice-model-in-use = 训练结束后才能打开已保存的模型。请先停止训练，或稍后再拖入文件。
shell-notice-not-ready = Tabtune 仍在启动，或正在恢复之前的内容。请稍后再拖入。
shell-notice-other-encoder = { $name } 表明它是为编码器 { $other } 制作的，现在用在了 { $encoder } 上。如果两者并非同一个编码器的不同名称，请先打开 { $other }，再重新打开 { $name }。
shell-notice-not-stored = 编码器已加载。{ $problem }{ $hint }
shell-notice-slow-start = Tabtune 的计算部分尚未启动。网络较慢时需要等待一段时间。
shell-notice-not-begun = Tabtune 未能开始工作。解决上述问题后，可在此重新启动。
shell-notice-gave-up = Tabtune 的计算部分接连多次停止工作。
shell-notice-gpu-lost = GPU 停止工作，已改用 CPU 继续。
shell-notice-worker-lost = Tabtune 的计算部分停止工作，已重新启动。
shell-notice-taken-up = 训练从第 { $step } 步的检查点继续。
shell-notice-begun-anew = 当时还没有检查点，训练将重新开始。
shell-notice-model-lost = 上次训练的模型随之丢失。请重新训练后再对文本分类。
shell-notice-sentences = { $first }{ $second }

# 设备

shell-device = 设备
shell-device-looking = 正在寻找最快的设备…
shell-device-gpu = GPU（WebGPU）
shell-device-cpu = CPU
shell-device-threads = { $count } 个线程
shell-device-one-thread-asked = 按地址的要求使用一个线程。
shell-device-one-thread-core = 使用一个线程，因为本机只有一个核心。
shell-device-one-thread-isolated = 使用一个线程：多线程要求页面与其他页面隔离。从第二次访问起，Tabtune 会自行完成隔离。
shell-device-one-thread-browser = 使用一个线程：多线程需要更新的浏览器。
shell-device-one-thread-failed = 使用一个线程：其余线程未能启动（{ $detail }）。
shell-device-use-cpu = 使用 CPU
shell-device-use-gpu = 使用 WebGPU
shell-device-use-gpu-anyway = 仍然使用 WebGPU
shell-device-gpu-lost = GPU 在使用过程中停止工作。训练在 CPU 上进行。
shell-device-verified = 在此 GPU 上的试算结果与 CPU 一致。
shell-device-asked-for-gpu = 您选择了使用 WebGPU。
shell-device-asked-for-cpu = 您选择了使用 CPU。
shell-device-no-web-gpu = 您的浏览器不支持 WebGPU。训练在 CPU 上进行。
shell-device-no-adapter = 您的浏览器支持 WebGPU，但没有向它提供显卡。训练在 CPU 上进行。
shell-device-software = 您浏览器的 WebGPU 由软件模拟（{ $adapter }），比直接使用 CPU 更慢。训练在 CPU 上进行。
shell-device-missing-feature = 显卡（{ $adapter }）缺少训练所需的功能：{ $feature }。训练在 CPU 上进行。
shell-device-self-check-failed = 在显卡（{ $adapter }）上的试算结果与 CPU 相差 { $difference }，因此不予采用。训练在 CPU 上进行。
shell-device-start-failed = 显卡未能启动（{ $detail }）。训练在 CPU 上进行。

# 编码器

shell-loading = 正在加载…
shell-encoder = 编码器
shell-encoder-pretrained = 预训练编码器
shell-encoder-progress = 正在加载编码器
shell-encoder-loading = 正在加载：{ $loaded }，共 { $total }
shell-encoder-waiting = 正在等待设备。
shell-encoder-none = 尚未加载编码器。
shell-encoder-again = 重新加载
shell-encoder-ready = 已就绪：{ $layers } 层，宽度 { $width }，{ $parameters } 个参数，每条文本最多 { $tokens } 个词元。
# 说明文字由编码器自带，为英文；已知的编码器在此给出译文。
shell-encoder-about = { $id ->
    [paraphrase-MiniLM-L3-v2] 小而快：3 层，1700 万参数，英文。
    [all-MiniLM-L6-v2] 更准确，速度约为一半：6 层，2300 万参数，英文。
    [multilingual-e5-small] 中文和英文：12 层，4500 万参数（4 位量化），速度约为 L3 的五分之一。
   *[other] { $description }
}许可证：{ $license }。
shell-more-encoders = 更多编码器
shell-open-folder = 打开文件夹…
shell-open-zip = 打开 zip 文件…
shell-more-encoders-note = BERT、DistilBERT、RoBERTa 或 XLM-RoBERTa 编码器的 Hugging Face 文件夹，或由它打包的 zip 文件。您也可以将它拖到这里。它不会离开这台设备；浏览器在允许网页读取文件夹之前可能会询问您，并把这称为“上传”。
shell-hub = 从 Hugging Face Hub 获取
shell-hub-placeholder = 所有者/名称
shell-hub-look-up = 查询
shell-hub-note = 查询时会访问 { $host }，对方会得知编码器的名称，以及您的 IP 地址（任何网站都会得知）。它不会得知您的任何文本。
shell-hub-allow = 允许查询 { $host }
shell-hub-off = 未允许：此页面上的任何部分都只能访问本站。允许之后，您可以在那里查询和下载编码器；此浏览器会记住您的选择，您可以随时撤回。
shell-hub-asking = 正在查询…
shell-hub-address = 地址
shell-hub-licence = 许可证
shell-hub-no-licence = 未注明；请询问作者
shell-hub-size = 大小
shell-hub-files = { $size }，包含 { $names }
shell-hub-revision = 修订版本
shell-hub-kept = 已保存在此浏览器中：加载时无需联网。
shell-hub-will-be-kept = 下载并校验之后，会保存在此浏览器中。
shell-hub-load = 加载
shell-hub-download = 下载 { $size }
shell-hub-forget = 从浏览器中删除

# 示例数据

shell-sample-zh = 中文评论
shell-sample-choose-encoder = 这份示例数据是中文的。英文编码器几乎学不到什么，准确率约为一半，与随机猜测相当。请在上方选择 multilingual-e5-small。
shell-sample-get-encoder = 这份示例数据是中文的。英文编码器几乎学不到什么，准确率约为一半，与随机猜测相当。要学习它，请在“更多编码器”中查询 intfloat/multilingual-e5-small，或用 cargo xtask models multilingual-e5-small 把它的小型版本加到本站。

# 离线使用与新版本

shell-offline-ready = 已可离线使用。
shell-offline-keeping = 正在为离线使用做准备：{ $kept } / { $total }。
shell-offline-not-offered = 本站没有为离线使用保留此页面。
shell-offline-unsupported = 此浏览器没有为离线使用保留此页面。无痕窗口和非 HTTPS 页面往往无法做到。
shell-offline-unreachable = 尚不能离线使用：无法获取 { $file }。稍后以及重新加载页面时会再次尝试。
shell-offline-altered = 尚不能离线使用：本站的 { $file } 与此版本的文件不同，因此没有保留。重新加载页面时会再次尝试。
shell-offline-storage = 尚不能离线使用：浏览器无法保存文件（{ $detail }）。请腾出一些空间，然后重新加载页面。
shell-update = 新版本已就绪。
shell-update-run = 训练正在进行，重新加载会将其终止：请等待训练结束，并先保存模型。
shell-update-loses = 重新加载会关闭此处打开的内容：如需保留模型，请先保存。
shell-update-run-kept = 训练正在进行；重新加载后可从上次保存的步继续。
shell-update-kept = 此处打开的内容已保存在此浏览器中，重新加载后会恢复。
shell-update-others = Tabtune 还在另外 { $count } 个标签页中打开。请先关闭它们，再按“重新加载”。
shell-update-reload = 重新加载

# 已发出的请求

shell-requests-unknown = 您的浏览器没有提供此页面发出的请求数。
shell-requests-own = 自打开以来，此页面发出了 { $count } 个请求，全部发往本站。
shell-requests-elsewhere = 自打开以来，此页面向本站发出了 { $own } 个请求，向其他网站发出了 { $elsewhere } 个请求（用于您查询或下载的内容）。
shell-requests-how = 如何自行核实
shell-requests-what = 获取的内容是页面本身、编码器和示例数据。该数字来自浏览器对页面、其计算部分以及 Service Worker（负责为离线使用保留页面文件）的记录；由它直接提供的内容不算请求。除了您查询的编码器名称之外，请求中绝不会带有您打开或输入的任何内容。
shell-requests-tools = 请先按 F12 并选择“网络”（Network），再重新加载页面：浏览器会列出每个请求、它的去向和所带的内容。接着训练并试用模型：列表中不会增加任何请求。
shell-requests-offline = 也可以在此页面提示“已可离线使用”之后断开网络，重新加载页面再继续：打开文件、训练、测试和保存都无需联网。
