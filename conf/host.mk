# What the command and the virtual module's hardware are linked with: statically, where the system has archives of it.
static_lib = $(or $(filter /%,$(shell $(CC) -print-file-name=lib$(1).a)),-l$(or $(2),$(1)))

LIBS_HARDWARE := $(call static_lib,sodium) $(call static_lib,uv_a,uv) $(call static_lib,cjson) \
	$(call static_lib,z) $(call static_lib,md) -lpthread -ldl
LIBS_HOST := $(LIBS_HARDWARE) $(call static_lib,crypto) -lpthread -ldl
