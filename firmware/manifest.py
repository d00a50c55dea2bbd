# Python modules that are part of the firmware.
include("$(MPY_DIR)/extmod/asyncio")
module("zlib.py", base_path="frozen")
module("uzlib.py", base_path="frozen")
