# 数据：选择、读取、清理和划分。

# 单独的数字。
data-number = { $number }

## 卡片

data-title = 数据
data-open = 打开文件…
data-type = 手动输入样本
data-lead =
    您可以使用示例数据，也可以打开自己的表格：第一行为表头，其后每行包含一条文本及其标签（一个或多个）或数值（CSV、制表符分隔、JSON、JSON Lines 或 XLSX）。也可以将文件拖放到这里。数据不会离开这台设备。
data-paste = 粘贴数据行
data-paste-hint = 在电子表格中连同表头一起复制单元格，然后粘贴到这里。以逗号或分号分隔的文本行以及 JSON 同样可以。
data-paste-use = 使用这些行
data-reading = 正在读取表格…
data-restoring = 正在恢复之前的内容…
data-changing = 正在修改表格…
data-sample-uci = 评论句子 (UCI)
data-sample-sms = 垃圾短信 (SMS)
data-pasted = 粘贴的文本
data-typed = 手动输入的样本

## 文件的读取方式

data-row-count = { $count } 行
data-format-commas = CSV（逗号）
data-format-semicolons = CSV（分号）
data-format-tabs = TSV（制表符）
data-format-delimited = CSV（其他分隔符）
data-format-typed = 在此处输入
data-format-encoded = { $format }，{ $encoding }
data-format-xlsx = XLSX，工作表“{ $sheet }”（共 { $count } 个工作表）
data-encoding = 文本编码
data-encoding-guess = 这是推测的结果。如果文字显示不正确，请选择其他编码
data-encoding-mark = 由文件自身标明
data-encoding-valid = 整个文件均符合此编码
data-encoding-chosen = 由您选择
data-encoding-utf-16le = UTF-16（小端序）
data-encoding-utf-16be = UTF-16（大端序）
data-encoding-gb18030 = GB18030、GBK（中文）
data-encoding-big5 = Big5（中文）
data-encoding-shift-jis = Shift JIS（日文）
data-encoding-euc-kr = EUC-KR（韩文）
data-encoding-windows-1252 = Windows-1252、Latin-1（西欧）
data-encoding-windows-1250 = Windows-1250（中欧）
data-encoding-windows-1251 = Windows-1251（西里尔文）
data-choose = 请选择…
data-sheet = 工作表
data-unread = 如果“{ $name }”是文本文件，请尝试其他编码：
data-malformed = 文件中有 { $count } 处无法用此编码读取，显示为 �。请选择其他编码，或将文件另存为 UTF-8。
data-error-cells = 有 { $count } 个单元格含有 #DIV/0! 或 #N/A 之类的错误，按空单元格处理。

## 列与学习目标

data-column-text = 文本列
data-column-label = 标签列
data-problem = 预测内容
data-problem-single = 每条文本一个标签
data-problem-multi = 每条文本多个标签
data-problem-regression = 数值
data-separator = 标签分隔符
data-separator-hint = 空单元格表示没有任何标签
data-separator-wrong = 请输入一个字符，例如 , 或 ; 或 |。

## 数据行的问题

data-health = 数据行中的问题
data-health-sound = 没有重复、矛盾、空白的行，也没有文本同时出现在两个集合中。
data-health-duplicates = { $count } 行重复：其文本和标签已在前面的行中出现。
data-health-conflicts = { $count } 行相互矛盾：文本相同，标签却不同。
data-health-leaks = 验证集或测试集中有 { $count } 条文本也出现在更靠前的集合中，这会使结果看起来比实际更好。
data-health-empty-text = { $count } 行没有文本，已被略过。
data-health-empty-label = { $count } 行没有标签。
data-show = 查看
data-mend-duplicates = 各保留第一行
data-mend-conflicts = 全部移除
data-mend-majority = 采用最常见的标签
data-mend-leaks = 从验证集和测试集中移除
data-mend-empty = 移除空行
data-unusable = 尚不能训练。

## 数据行列表

data-rows = 表格的数据行
data-rows-keys = 按 Enter 键修改单元格，按 Delete 键删除所选行，按 Ctrl+Z 撤销上一步修改。按住 Shift 键并使用方向键可选择多行。
data-rows-left-out = 另有 { $count } 行未列出：请使用筛选或搜索。
data-cell-cut = 内容过长，无法在此修改
data-part = 集合
data-part-train = 训练集
data-part-validation = 验证集
data-part-test = 测试集
data-filter = 显示的行
data-filter-all = 全部（{ $count }）
data-filter-duplicates = 重复（{ $count }）
data-filter-conflicts = 矛盾（{ $count }）
data-filter-leaks = 跨集合重复（{ $count }）
data-filter-empty-text = 没有文本（{ $count }）
data-filter-empty-label = 没有标签（{ $count }）
data-filter-label = 标签：{ $label }
data-search = 搜索
data-listed =
    { $count ->
        [0] 没有数据行。
       *[other] 共 { $count } 行，已选 { $selected } 行。
    }
data-edit = 修改
data-delete =
    { $count ->
        [0] 删除
        [1] 删除
       *[other] 删除 { $count } 行
    }
data-undo = 撤销
data-redo = 重做
data-relabel = 更改标签
data-relabel-to = 新标签
data-edit-label = 第 { $row } 行的标签
data-edit-cell = 第 { $row } 行的文本
data-add-title = 添加样本
data-add-text = 文本
data-add-label = 标签
data-add = 添加

## 单独的测试文件

data-held-out-open = 打开测试文件…
data-held-out-hint = 按相同的列名读取其中的行，作为测试集或验证集。
data-held-out = { $name }，{ $count } 行，用作
data-held-out-remove = 移除此文件

## 数据集的内容

data-still-in-use = 仍在使用之前打开的数据：{ $name }。
data-examples-labels = { $count } 个样本，{ $labels } 个标签。
data-examples-numbers = { $count } 个样本，每个样本对应一个数值。
data-split-from-table = 表格中有一列注明了哪些用于训练、验证和测试。
data-parts-hint = 训练集：模型从中学习。验证集：用于在训练中观察效果。测试集：留到最后用于报告。
data-left-out = { $count } 行没有文本，已被略过。
data-label-table = 每个标签的样本数
data-number-table = 各集合的数值
data-label = 标签
data-numbers = 数值
data-none-of-them = 无标签
data-all = 合计
data-examples = 样本数
data-smallest = 最小值
data-largest = 最大值
data-mean = 平均值
data-deviation = 标准差

## 文本长度

data-lengths = 文本长度
data-measuring = 正在测量…
data-in-tokens = 以编码器的词元计，包含特殊词元。
data-in-characters = 以字符计。载入编码器后将以词元计。
data-drawn = 从 { $texts } 条文本中均匀抽取 { $measured } 条进行测量。
data-length-mean = 平均值
data-length-95 = 第 95 百分位数
data-length-longest = 最长
data-cut-none = 没有文本超过 { $most } 个词元的最大长度。
data-cut = { $count } 条文本（{ $percent } %）超过 { $most } 个词元的最大长度，超出部分会被截断。
data-chart = 各长度的文本数量。可用方向键在柱形之间移动。
data-chart-hint = 请将指针移到柱形上，或使用方向键。
data-chart-table = 以表格显示长度
data-tokens = 词元数
data-characters = 字符数
data-texts = 文本数
data-range = { $from }–{ $to }
data-bar-tokens = { $from }–{ $to } 个词元：{ $count } 条文本
data-bar-characters = { $from }–{ $to } 个字符：{ $count } 条文本
