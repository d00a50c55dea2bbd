# What the command and the virtual module's hardware are linked with: statically, where the system has archives of it.
static_lib = $(or $(filter /%,$(shell $(CC) -print-file-name=lib$(1).a)),-l$(or $(2),$(1)))

LIBS_HARDWARE := $(call static_lib,sodium) $(call static_lib,uv_a,uv) $(call static_lib,cjson) \
	$(call static_lib,z) $(call static_lib,md) -lpthread -ldl
# The archive of libcrypto may want archives that the system has not (Debian 13: zstd's): tried, once for each compiler.
LIBCRYPTO := $(B)/obj/libcrypto.mk
LIBS_HOST = $(LIBS_HARDWARE) $(LIBS_CRYPTO) -lpthread -ldl
$(LIBCRYPTO): tools/link-libcrypto conf/host.mk
	@mkdir -p $(@D)
	$(Q)tools/link-libcrypto $(CC) >$@ || { rm -f $@; exit 1; }
