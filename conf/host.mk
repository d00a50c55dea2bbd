# What the command and the virtual module's hardware are linked with: statically, where the system has archives of it.
static_lib = $(or $(filter /%,$(shell $(CC) -print-file-name=lib$(1).a)),-l$(or $(2),$(1)))
HOST_ROOT := $(patsubst %conf/host.mk,%,$(lastword $(MAKEFILE_LIST)))

# Few systems have an archive of cJSON; a release compiles it from its source.
CJSON := $(if $(CJSON_DIR),$(B)/obj/release/cjson.a)
# Asked once: a variable that asks does so in each of a hundred targets.
LIBS_FOUND := $(call static_lib,sodium) $(call static_lib,uv_a,uv) $(or $(CJSON),$(call static_lib,cjson)) \
	$(call static_lib,z) $(call static_lib,md)
LIBS_HARDWARE = $(LIBS_FOUND) $(LIBS_SSL) $(LIBS_CRYPTO) -lpthread -ldl
# libcrypto and libssl. The archive of libcrypto may want archives that the system has not (Debian 13: zstd's): tried,
# once for each compiler.
LIBCRYPTO := $(B)/obj/libcrypto.mk
LIBS_HOST = $(LIBS_HARDWARE)
$(LIBCRYPTO): tools/link-libcrypto conf/host.mk
	@mkdir -p $(@D)
	$(Q)tools/link-libcrypto $(CC) >$@ || { rm -f $@; exit 1; }
# SHA-256 by the CPU's own instructions, where we have a file for its kind.
HOST_CPU := $(firstword $(subst -, ,$(shell $(CC) -dumpmachine)))
HOST_BLOCKS := crypto/blocks/$(if $(wildcard $(HOST_ROOT)crypto/blocks/$(HOST_CPU).c),$(HOST_CPU),none).c
