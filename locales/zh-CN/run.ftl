# 设置与训练。

# 设置：卡片

run-settings-title = 设置
run-settings-more = 更多设置
run-settings-wrong = 需要检查
run-presets = 训练方式
run-preset-instant = 即时
run-preset-instant-hint = 只在编码器之上训练一个小型分类器（分类头），编码器保持不变。几秒钟即可完成。
run-preset-balanced = 均衡
run-preset-balanced-hint = 同时用少量新增权重（LoRA 适配器）调整编码器。一般情况下的首选。
run-preset-thorough = 深入
run-preset-thorough-hint = 所有线性层都加适配器，不只是 query 和 value；训练更多轮，并保留最佳的一轮。耗时是数倍。
run-preset-custom = 自定义
run-preset-custom-hint = 您自己的设置。选择其他方式即可恢复预设值。

# 设置：各项的含义和常用范围

run-epochs = 训练轮数
run-epochs-hint = 全部训练样本被学习的遍数。通常为 2 到 10。
run-learning-rate = 学习率
run-learning-rate-hint = 每一步调整权重的幅度。通常为 0.0001 到 0.01；训练整层时应更小。
run-batch-size = 批大小
run-batch-size-hint = 一起送入编码器的样本数。通常为 8 到 32。
run-method = 训练方法
run-method-hint = 除分类头外还训练哪些部分。通常选适配器。
run-trained-layers = 训练层数
run-trained-layers-hint = 从编码器顶部起训练多少层。通常为 1 到 3。
run-unfreezing = 逐层解冻
run-unfreezing-hint = 每隔多少轮多训练一层；留空则同时训练所有层。通常留空或填 1。
run-lora-rank = LoRA 秩
run-lora-rank-hint = 适配器的内部宽度。通常为 4 到 32。
run-lora-alpha = LoRA alpha
run-lora-alpha-hint = 适配器按 alpha / 秩缩放。通常为秩的一到两倍。
run-lora-dropout = LoRA 丢弃率
run-lora-dropout-hint = 随机丢弃适配器输入的比例。通常为 0 到 0.2。
run-lora-targets = LoRA 目标层
run-lora-targets-hint = 哪些线性层带有适配器。通常为 query 和 value。
run-rank-stabilised = 秩稳定缩放
run-rank-stabilised-hint = 适配器按 alpha / √秩缩放。通常仅在秩大于 32 时使用。
run-lora-plus = LoRA+ 比值
run-lora-plus-hint = B 的学习率是 A 的多少倍。通常为 1，或 4 到 16。
run-8bit = 8 位层
run-8bit-hint = 训练时用 8 位整数计算冻结层：在 CPU 上通常快一倍以上，准确率相差很小。
run-16bit = 16 位层
run-16bit-hint = 训练时用 16 位浮点数计算编码器各层（混合精度）：在支持的 GPU 上，内存读写量减半。
run-pooling = 池化
run-pooling-hint = 如何把文本的各个词元合成一个向量。通常取平均值。
run-max-length = 最大长度
run-max-length-hint = 每条文本的词元数，超出部分会被截断。通常为 32 到 256。
run-head-dropout = 分类头丢弃率
run-head-dropout-hint = 随机丢弃文本向量的比例。通常为 0 到 0.3。
run-encoder-dropout = 编码器丢弃率
run-encoder-dropout-hint = 编码器自身各层的丢弃率。通常为 0 到 0.1。
run-optimizer = 优化器
run-optimizer-hint = 更新权重的规则。通常为 AdamW。
run-schedule = 学习率调度
run-schedule-hint = 预热之后学习率如何变化。通常线性降到 0。
run-warm-up = 预热
run-warm-up-hint = 学习率上升阶段占全部步数的比例。通常为 0 到 0.1。
run-weight-decay = 权重衰减
run-weight-decay-hint = 把权重拉向 0 的强度；偏置和归一化层除外。通常为 0 到 0.1。
run-clipping = 梯度裁剪
run-clipping-hint = 每一步梯度范数的上限；留空则不限制。通常为 1。
run-accumulation = 梯度累积
run-accumulation-hint = 多少批的梯度合成一步。通常为 1 到 8。
run-sampling = 采样
run-sampling-hint = 每一轮学习哪些样本。通常每个样本一次。
run-group-by-length = 按长度分组
run-group-by-length-hint = 把长度相近的文本放进同一批。在 GPU 上省时间，因为 GPU 也要计算填充；CPU 本来就不计算填充。
run-class-weights = 类别权重
run-class-weights-hint = 各个标签在损失中的权重。通常全部相同。
run-label-smoothing = 标签平滑
run-label-smoothing-hint = 目标中平均分给所有标签的比例。通常为 0 到 0.1。
run-adversarial = 对抗扰动幅度
run-adversarial-hint = 同时在被移动这么远的词向量上学习；留空则不使用。通常留空，或为 0.1 到 1。
run-patience = 早停耐心值
run-patience-hint = 验证结果（按损失，或按“保留最佳权重”中所选的得分）连续多少轮不再改善就结束；留空则训练完所有轮。通常为 2 到 5。
run-best-weights = 保留最佳权重
run-best-weights-hint = 结束时是否采用验证结果最好的一轮，以及依据什么。通常用于较长的训练。
run-seed = 随机种子
run-seed-hint = 决定随机抽取的内容：权重、顺序、划分。任意整数。
run-validation-share = 验证集比例
run-validation-share-hint = 留出用于跟踪训练的样本比例。通常为 0.1 到 0.2。
run-test-share = 测试集比例
run-test-share-hint = 留出用于最终报告的样本比例。通常为 0.1 到 0.2。

# 设置：可选项

run-method-head = 仅分类头
run-method-lora = 适配器（LoRA）
run-method-last = 最后几层
run-method-full = 全部权重
run-pooling-mean = 所有词元的平均值
run-pooling-first = 首个词元
run-pooling-max = 各分量的最大值
run-pooling-pooler = 首个词元加全连接层
run-targets-query-value = query 和 value
run-targets-attention = 注意力的所有线性层
run-targets-all = 所有线性层
run-optimizer-sgd = 带动量的 SGD
run-schedule-linear = 线性降到 0
run-schedule-cosine = 余弦降到 0
run-schedule-constant = 保持不变
run-sampling-shuffle = 每个样本一次
run-sampling-oversample = 重复少见标签的样本
run-sampling-undersample = 减少常见标签的样本
run-weights-uniform = 所有标签相同
run-weights-balanced = 少见标签更重
run-best-loss = 按损失
run-best-score = 按得分（准确率；多标签时为微平均 F1；数值时为 R²）
run-yes = 是
run-no = 否

# 设置：有问题时

run-wrong-whole = “{ $name }”必须是整数。
run-wrong-number = “{ $name }”必须是数字。
run-wrong-choice = “{ $name }”必须是列表中的一项。
run-wrong-between = “{ $name }”必须在 { $least } 到 { $most } 之间。
run-wrong-share = “{ $name }”必须大于或等于 0 且小于 1。
run-wrong-up-to = “{ $name }”必须大于 0 且不超过 { $most }。
run-wrong-positive = “{ $name }”必须大于 0。
run-wrong-targets = 请至少选择一层。
run-wrong-length = 此编码器最多接受 { $longest } 个词元。
run-wrong-8bit = 只有支持 relaxed SIMD 的浏览器在 CPU 上才能使用 8 位整数：请选择“否”。
run-wrong-16bit = 只有 WebGPU 在支持 shader-f16 的 GPU 上才能使用 16 位浮点数：请选择“否”。

# 训练：内容

run-title = 训练
run-needs-look = 有一项设置需要检查，之后才能开始训练。
run-needs-data = 请先选择数据。
run-needs-encoder = 编码器尚未加载。
run-learns = { $encoder } 正在学习“{ $data }”。
run-will-learn = { $encoder } 将学习“{ $data }”的 { $count } 个样本。

# 训练：预计耗时

run-estimating = 正在测量所需时间…
run-estimate = 约需 { $time }，内存约 { $memory }。
run-estimate-most = 最多约需 { $time }，内存约 { $memory }。
run-8bit-choice = 8 位层：通常快一倍以上，准确率相差很小
run-8bit-choice-time = 8 位层：大约 { $time }，准确率相差很小
run-memory-mb = { $megabytes } MB
run-memory-gb = { $gigabytes } GB

# 训练：按钮

run-start = 开始训练
run-step = 单步
run-pause = 暂停
run-resume = 继续
run-stop = 停止
run-skip-test = 跳过测试
run-rate-change = 更改学习率
run-rate-apply = 应用
run-rate-hint = 调度将以此学习率为基准继续。通常改为当前值的二分之一或三分之一。
run-rate-changed =
    { $step ->
        [0] 从一开始学习率为 { $rate }。
       *[other] 第 { $step } 步之后学习率为 { $rate }。
    }

# 训练：状态

run-progress = 训练步数
run-in-float32 = 此设备不支持训练开始时所用的 8 位或 16 位数值：训练改用 32 位继续，速度会慢一些。
run-preparing = 正在准备
run-preparing-detail = 正在建立模型
run-training = 正在训练
run-stopping = 正在停止
run-paused = 已暂停
run-validating = 正在验证
run-testing = 正在测试
run-comparing = 正在与训练前的编码器比较
run-failed = 已结束，未得到模型
run-finished = 已完成
run-ended-completed = 已完成，用时 { $time }
run-ended-stopped = 已停止，用时 { $time }
run-ended-early = 不再改善，提前结束，用时 { $time }
run-ended-not-finite = 损失变为 NaN 或无穷大，已结束，用时 { $time }
run-not-finite-advice = 在第 { $step } 步，损失变为 NaN 或无穷大。保留的是这一步之前的模型。学习率可能过高：请尝试三分之一的值，或启用梯度裁剪。
run-steps-of = 第 { $step } 步，共 { $total } 步
run-examples-of = 已处理 { $done } / { $total } 个样本
run-time-left = 约剩 { $time }

# 训练：数值

run-figures = 实时数值
run-figure-loss = 损失
run-figure-loss-help = 最新一步
run-figure-smoothed = 平滑损失
run-figure-smoothed-help = 指数移动平均，约最近 20 步
run-figure-rate = 学习率
run-figure-rate-help = 最新一步按调度所用的值
run-figure-norm = 梯度范数
run-figure-norm-help = 最新一步裁剪前的值
run-figure-examples = 样本/秒
run-figure-examples-help = 近期每秒训练的样本数
run-figure-tokens = 词元/秒
run-figure-tokens-help = 近期每秒训练的词元数
run-figure-memory = 内存
run-figure-memory-help = 训练线程占用的内存
run-figure-memory-gpu-help = 训练线程占用的内存，不含 GPU 自身的显存
run-figure-elapsed = 已用时间
run-figure-elapsed-help = 训练和评估的时间，不含暂停
run-figure-left = 剩余时间
run-figure-left-help = 按当前速度估计
run-figure-none = –

# 训练：验证、结束、标题

run-validation-after = { $epoch } 轮后的验证集{ $metric }
run-validation-change = 与第 { $epoch } 轮相比 { $change }
run-details = 关于本次训练
run-details-time = 用时
run-details-took = { $taken }
run-details-estimated = { $taken }；预计为 { $estimated }
run-details-trained = 训练的参数
run-details-trained-share = { $count }，共 { $total }
run-details-encoder = 编码器
run-details-data = 数据
run-details-steps = 步数
run-details-rates = 学习率
run-app-title = Tabtune
run-app-title-share = { $percent }% · Tabtune
run-app-title-paused = 已暂停于 { $percent }% · Tabtune
run-app-title-done = 已完成 · Tabtune
run-app-title-failed = 已结束 · Tabtune

# 训练前后

run-baseline-title = 微调与未微调对比
run-baseline-before = 未微调
run-baseline-after = 微调后
run-baseline-scores = 准确率 { $accuracy } · 宏平均 F1 { $f1 }
run-baseline-centroid = 未微调：编码器保持原样，每条测试文本归入训练文本平均向量最近的标签（最近质心法），因此这里也用到了训练集的标签。
run-baseline-majority = 不学习任何内容：每条测试文本都归入最常见的标签。
run-baseline-share = 只猜最常见的标签，测试文本中有 { $share } 是对的。

# 指标，用于句中

run-metric-loss = 损失
run-metric-accuracy = 准确率
run-metric-macro-f1 = 宏平均 F1
run-metric-micro-f1 = 微平均 F1
run-metric-matthews = 马修斯相关系数
run-metric-r2 = R²
run-metric-pearson = 皮尔逊相关系数
run-metric-spearman = 斯皮尔曼相关系数
