"""Makes the int8 form of an ONNX encoder, as onnxruntime's own tool does: weights in 8 bits, activations quantised as they come.

`python quantize.py MODEL.onnx OUT.onnx`
"""

import sys

from onnxruntime.quantization import QuantType, quantize_dynamic

quantize_dynamic(sys.argv[1], sys.argv[2], weight_type=QuantType.QInt8)
