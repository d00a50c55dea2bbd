# The virtual module: boards/virtual on Linux, with the hardware as a process beside it.

# An image and the bootloader run wherever libc is, so what else they need is linked statically, as are libuv and cJSON
# where the system has archives of them.
static_lib = $(or $(filter /%,$(shell $(CC) -print-file-name=lib$(1).a)),-l$(2))

LIBS_CRYPTO := $(call static_lib,sodium,sodium)
LIBS_BOOTLOADER := $(LIBS_CRYPTO) $(call static_lib,z,z) $(call static_lib,md,md)
LIBS_HARDWARE := $(LIBS_CRYPTO) $(call static_lib,uv_a,uv) $(call static_lib,cjson,cjson) \
	$(call static_lib,z,z) $(call static_lib,md,md) -lpthread -ldl
LIBS_CLI := $(LIBS_HARDWARE) $(call static_lib,crypto,crypto) -lpthread -ldl
