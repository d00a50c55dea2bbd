# Python modules that are part of the firmware.
include("$(MPY_DIR)/extmod/asyncio")
