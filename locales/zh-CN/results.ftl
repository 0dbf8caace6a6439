# 结果、图表和训练记录。

# 指标

results-metric-loss = 损失
results-metric-accuracy = 准确率
results-metric-macro-f1 = 宏平均 F1
results-metric-micro-f1 = 微平均 F1
results-metric-matthews = 马修斯相关系数
results-metric-r2 = R²
results-metric-pearson = 皮尔逊相关系数
results-metric-spearman = 斯皮尔曼相关系数
results-undefined = 无定义
results-log-loss = 对数损失
results-roc-auc = ROC-AUC（宏平均）
results-roc-auc-of = { $label } 的 ROC-AUC
results-average-precision = 平均精确率（AP，宏平均）
results-average-precision-of = { $label } 的平均精确率（AP）
results-calibration-error = 期望校准误差
results-calibration-scaled = 温度为 { $temperature }（在验证集上拟合）时的期望校准误差
results-subset-accuracy = 标签全部正确的样本
results-hamming-loss = 判断错误的比例（汉明损失）
results-mean-absolute-error = 平均绝对误差
results-accuracy-caption = 的测试样本（共 { $count } 个）标签预测正确
results-micro-f1-caption = 所有标签的微平均 F1
results-rmse-caption = { $count } 个测试样本的均方根误差
results-interval = （95% 置信区间：{ $lower } 至 { $upper }）
results-macro-average = 宏平均
results-weighted-average = 加权平均
results-micro-average = 微平均

# 结果卡片

results-title = 结果
results-none-yet = 训练结束后，测试报告会显示在这里。
results-testing = 正在对测试样本分类……
results-about = { $encoder }，数据：{ $data }，训练 { $steps } 步
results-not-tested = { $encoder } 用 { $data } 训练了 { $steps } 步，未经测试。
results-saved-about = { $encoder }，数据：{ $data }，保存于 { $name }
results-saved-about-unknown = { $encoder }，保存于 { $name }
results-saved-none = { $name } 中没有测试报告。
results-announced-accuracy = 测试准确率：{ $value }
results-announced-micro-f1 = 测试微平均 F1：{ $value }
results-announced-rmse = 测试均方根误差：{ $value }
results-by-label = 各标签的指标
results-by-label-table = 各标签的指标
results-label = 标签
results-precision = 精确率
results-precision-hint = 被预测为该标签的文本中，确实属于该标签的比例
results-recall = 召回率
results-recall-hint = 属于该标签的文本中，被正确预测的比例
results-f1 = F1
results-f1-hint = 精确率与召回率的调和平均数
results-support = 样本数
results-support-hint = 属于该标签的测试样本数
results-more-numbers = 更多指标
results-confusion = 混淆矩阵
results-confusion-key = 行：真实标签；列：预测标签。
results-confusion-shows = 点按数字可查看相应文本。
results-row-share = 占本行的 { $share }

# 测试样本

results-show-mistakes = 查看预测错误的样本
results-show-more = 显示更多
results-no-label = 无标签
results-model-says = 模型预测为 { $predicted }
results-model-says-surely = 模型预测为 { $predicted }（{ $share }）
results-table-says = 表格中为 { $truth }
results-mistakes-title = { $count } 个预测错误的样本，按置信度从高到低排列
results-cell-right = { $count } 条文本被正确预测为 { $label }
results-cell-wrong = { $count } 条 { $label } 文本被预测为 { $predicted }

# 图表

results-chart-table = 以表格显示数值
results-chart-rows = 共 { $count } 个点，均匀选取 { $shown } 个
results-chart-keys = 用方向键浏览“{ $title }”
results-series = 系列
results-quantity = 显示
results-step = 步
results-epoch = 轮
results-each-step = 每步
results-smoothed = 平滑损失
results-validation = 验证
results-validation-metric = 验证{ $metric }
results-no-steps = 尚未开始训练
results-no-validations = 尚未验证
results-value-now = 第 { $step } 步：{ $name } { $value }
results-learning-rate = 学习率
results-gradient-norm = 梯度范数
results-validation-now = 第 { $epoch } 轮后为 { $value }
results-runs-shown = { $count ->
    [0] 未显示任何训练
   *[other] { $count } 次训练
}
results-curves = 曲线
results-curves-label = 标签
results-curves-all = 所有标签
results-labels-shown = { $count } 个标签
results-most-frequent = 最常见的 { $count } 个标签的曲线。
results-pr-curve = 精确率-召回率曲线
results-pr-area = 平均精确率 { $area }
results-curve-ap = { $label }（AP { $area }）
results-roc-curve = ROC 曲线
results-roc-area = 曲线下面积 { $area }
results-curve-auc = { $label }（AUC { $area }）
results-fpr = 假阳性率
results-tpr = 真阳性率
results-chance = 随机水平
results-threshold = 阈值
results-threshold-at = 阈值 { $threshold }
results-reliability = 可靠性图
results-reliability-summary = 期望校准误差 { $error }
results-perfect-calibration = 完全校准
results-as-predicted = 原始预测
results-scaled = 温度 { $temperature }
results-confidence = 置信度
results-confidences = 预测的置信度分布
results-examples = 样本数
results-examples-counted = { $count } 个样本
results-predicted-true = 预测值与真实值
results-true-number = 真实值
results-predicted-number = 预测值
results-exact = 完全准确
results-test-examples = 测试样本
results-values-shown = { $count } 个测试样本中的 { $shown } 个
results-error = 预测值减真实值
results-errors = 误差分布

# 阈值

results-threshold-title = 判定阈值
results-threshold-hint = 概率不低于该阈值的文本会被赋予此标签。阈值越高，获得此标签的文本越少：通常精确率更高，召回率更低。
results-positive = 正类标签
results-given = 预测为 { $label }
results-is = 实际为 { $label }
results-threshold-matrix = 该阈值下的混淆矩阵
results-use-threshold = 今后使用 { $threshold }
results-reset-threshold = 恢复为 0.50
results-threshold-in-use = 概率达到 { $threshold } 时预测为 { $label }。
results-threshold-default = 预测结果为概率较高的标签。

# 训练记录

results-runs = 训练记录
results-runs-lead = 本项目的每次训练都会保留在此处，关闭页面后也不会丢失。
results-runs-table = 训练记录表
results-run = 训练
results-run-number = 训练 { $number }
results-run-show = 在图表中显示{ $run }
results-run-shown = 显示
results-name = 名称
results-name-of = { $run }的名称
results-note-of = { $run }的备注
results-note = 备注
results-encoder = 编码器
results-data = 数据
results-method = 方法
results-method-head = 仅分类头
results-method-layers = 顶部 { $count } 层
results-method-lora = LoRA
results-method-full = 全部权重
results-changed = 修改过的设置
results-unchanged = 无
results-seconds = 秒
results-test = 测试
results-delete = 删除
results-delete-run = 删除{ $run }
results-deleted = 已删除{ $run }。
results-undo = 撤销
results-csv = 导出为 CSV
results-sort = 按{ $column }排序
results-end-completed = 已完成
results-end-stopped = 已停止
results-end-early = 因不再改善而提前停止
results-end-not-finite = 在第 { $step } 步结束：损失变为 NaN 或无穷大

# 报告文件

results-save-report = 保存报告
results-save-report-hint = 一个包含指标、曲线和设置的 HTML 文件，可用任何浏览器打开，也可用 A4 纸打印。
results-report-title = { $encoder } 在 { $data } 上的微调
results-report-written = { $date } · Tabtune { $version }
results-report-privacy = 该模型在浏览器中训练。本文件不含数据中的文本，仅含标签和数量。
results-threshold-used = 概率达到 { $threshold } 的文本会被赋予标签 { $label }。以下指标按概率较高的标签计算。
results-training = 训练
results-training-summary = { $end }：用 { $count } 个样本训练 { $steps } 步，用时 { $seconds } 秒。
results-best-step = 权重取自验证结果最好的第 { $step } 步。
results-validations = 各轮验证
results-train-part = 训练集
results-validation-part = 验证集
results-test-part = 测试集
results-mean = 平均值
results-settings = 设置
results-settings-others = 未列出的设置均为 Tabtune 的默认值。
