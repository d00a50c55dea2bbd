# Builds everything below $(B): the command, the virtual module's programs and the firmware image.
#
#   make                      the command and the programs beside it
#   make install PREFIX=...   a command that runs without this checkout (DESTDIR= for packagers); make uninstall is the
#                             other way
#   make dist KEY=FILE        a release that runs wherever glibc is, in build/dist; make deb KEY=FILE: a Debian package
#   make check-unit           the unit tests with gcc as it is shipped, and with clang and the sanitizers
#   make check-power          the power-cut proof
#   make check-cortex-m       core/ compiles for a Cortex-M, needs only memcpy and friends, and has no static data
#
#   make BOARD=NAME           for another board: what boards/NAME/board.mk says that it has
#   make KEY=FILE TRUST=FILES sign with this key (default: the development key); the bootloader trusts TRUST too
#   make RUNTIME_KEYS=1       and, on the virtual board, what its module is made with: docs/updates.md
#
# ./lifeboat calls this after it has seen to the packages and to the sources of MicroPython and Mbed TLS.

B ?= build
BOARD ?= virtual
PREFIX ?= /usr/local
MICROPYTHON_DIR ?= $(B)/deps/micropython
MBEDTLS_DIR ?= $(B)/deps/mbedtls
CC := gcc
CLANG ?= clang
ARM_GCC ?= arm-none-eabi-gcc

all:
.PHONY: all programs bootloader install uninstall dist deb check-unit unit-programs pattern-programs bench-programs
.PHONY: check-power runtime-programs
.PHONY: check-cortex-m clean FORCE
.SUFFIXES:
.DELETE_ON_ERROR:

# One line a file; V=1 shows the commands.
Q := $(if $(V),,@)
comma := ,

RULES := Makefile $(patsubst %,conf/%.mk,version warnings mbedtls bearssl host) boards/$(BOARD)/board.mk
include $(filter %.mk,$(RULES))
include $(LIBCRYPTO)
# A board says what it compiles with and where its objects go, unless it runs where the command does.
BOARD_CC ?= $(CC)
BOARD_TREE ?= release

VERSION_FLAGS := -DLB_VERSION='"$(LB_VERSION)"' -DLB_VERSION_MAJOR=$(LB_VERSION_MAJOR) \
	-DLB_VERSION_MINOR=$(LB_VERSION_MINOR) -DLB_VERSION_PATCH=$(LB_VERSION_PATCH)
CFLAGS_ALL := -I. $(VERSION_FLAGS) $(WARNINGS) -g -ffunction-sections -fdata-sections -fno-common
LDFLAGS_ALL = -Wl,--gc-sections -Wl,--build-id=none $(if $(RELEASE),-Wl$(comma)-Map=$@.map)

# core/ is plain C11 wherever it is compiled; the rest may use what the system offers.
standard = $(if $(filter core/% protocols/espressif/%,$(1)),-std=c11,-std=gnu11 -D_GNU_SOURCE=) \
	$(if $(CJSON),$(if $(filter host/% hardware/process/%,$(1)),-isystem $(B)/cjson)) \
	$(if $(filter %/fs_image.c,$(1)),-isystem $(B)/littlefs -isystem $(MICROPYTHON_DIR)/lib/littlefs) \
	$(if $(filter crypto/%,$(1)),$(MBEDTLS_FLAGS) $(BEARSSL_FLAGS)) \
	$(if $(filter %/board_kinds.c,$(1)),-DLB_BOARDS='$(BOARDS)')

# ---- sources: new files are taken up by being there ----
CORE_C := $(wildcard core/*/*.c)
COMPILED_TRUST := boards/trust/compiled_trust.c
MAIN_C := $(wildcard boards/*.c) $(if $(RUNTIME_KEYS),$(BOARD_RUNTIME_TRUST),$(COMPILED_TRUST))
BOARD_C := $(wildcard $(BOARD_BOOT))
MODEL_C := $(wildcard hardware/model/*.c)
PROCESS_C := $(wildcard $(BOARD_PROCESS))
CRYPTO_C := $(filter-out $(BEARSSL_C),$(wildcard crypto/*.c) $(HOST_BLOCKS))
CLIENT_C := $(wildcard host/client/*.c)
CLI_C := $(wildcard host/commands/*.c host/terminal/*.c)
IMAGE_C := $(wildcard host/image/*.c host/audit/*.c)
MANUAL_C := $(wildcard host/manual/*.c)
KINDS_C := $(wildcard boards/*/*_kind.c)
UNIT_C := $(filter-out $(BEARSSL_C),$(wildcard tests/unit/test_*.c))
SUPPORT_C := $(filter-out $(UNIT_C),$(wildcard tests/unit/*.c))
POWER_C := $(wildcard tests/power/*.c)
PROTOCOLS_C := $(wildcard protocols/*/*.c)
# Of the firmware what does not need MicroPython: no include of its.
FIRMWARE_C := $(filter-out firmware/check/% firmware/threadless/%,$(shell \
	grep -L '^#include "\(py\|extmod\|shared\|lib\)/' firmware/*/*.c))
LIBRARY_C := $(CORE_C) $(KINDS_C) $(PROTOCOLS_C) $(CRYPTO_C) $(MODEL_C) $(CLIENT_C) $(IMAGE_C) $(FIRMWARE_C)

# ---- one object tree a variant ----
# $(1) name, $(2) compiler, $(3) flags
define variant
$(B)/obj/$(1)/%.o: %.c $(RULES)
	@mkdir -p $$(@D)
	$(if $(Q),@echo "  compile ($(1)) $$<")
	$(Q)$(2) $$(call standard,$$<) $(CFLAGS_ALL) $(3) $(if $(RELEASE),-MD,-MMD) -MP -c -o $$@ $$< 2>$$@.said || \
		{ cat $$@.said >&2; rm -f $$@.said; exit 1; }
	@if test -s $$@.said; then cat $$@.said >&2; else rm -f $$@.said; fi
endef
# What was compiled with a warning, when that was none's business, is compiled again when it is an error.
$(if $(STRICT),$(patsubst %.said,%,$(shell test -d $(B)/obj && find $(B)/obj -name '*.said'))): FORCE
$(eval $(call variant,release,$(CC),$$(if $$(filter tests/unit/%,$$<),-O1,-O2)))
$(if $(filter-out release,$(BOARD_TREE)),$(eval $(call variant,$(BOARD_TREE),$(BOARD_CC),$(BOARD_CFLAGS))))
# A fresh stack's zeros hide what was forgotten to be initialised; a pattern does not.
FORGETFUL := -ftrivial-auto-var-init=pattern
$(eval $(call variant,pattern,$(CLANG),-O1 $(FORGETFUL)))
# Optimised is only what runs long: to compile the rest that way takes more time than it saves.
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
$(eval $(call variant,clang,$(CLANG),$$(if $$(filter core/% crypto/% hardware/model/%,$$<),-O1,-O0) -gline-tables-only \
	$(FORGETFUL) $(SANITIZE)))

TREES := $(sort release pattern clang $(BOARD_TREE))
objects = $(patsubst %.c,$(B)/obj/$(1)/%.o,$(2))
-include $(shell test -d $(B)/obj && find $(B)/obj -name '*.d')

# A file that holds a value, and is touched only when that is another than last time.
remember = $(shell mkdir -p $(dir $(1)); echo '$(2)' | cmp -s - $(1) || echo '$(2)' >$(1))$(1)

# A program takes from the archive the modules that it uses and no others, so which module goes where is said by the
# calls alone. One that lost a file is made anew too.
SOURCES := $(call remember,$(B)/obj/sources,$(sort $(LIBRARY_C)))
BOARD_SOURCES := $(call remember,$(B)/obj/$(BOARD_TREE)/sources,$(sort $(BOARD_C) $(wildcard $(BOARD_PERIPH))) \
	$(BOARD_CFLAGS) $(MAIN_C))
define archive
	@rm -f $@
	$(Q)ar qcsD $@ $(filter %.o,$^)
endef
$(B)/obj/release/library.a: $(call objects,release,$(LIBRARY_C)) $(SOURCES)
	$(archive)
$(B)/obj/$(BOARD_TREE)/$(BOARD).a: $(call objects,$(BOARD_TREE),$(sort $(CORE_C) $(BOARD_C) \
		$(wildcard protocols/espressif/*.c))) $(SOURCES) $(BOARD_SOURCES)
	$(archive)

# The command knows every folder of boards/ that has a NAME_kind.c.
BOARDS := $(patsubst %_kind.c,KIND(%),$(notdir $(KINDS_C)))
$(foreach v,$(TREES),$(call objects,$(v),host/image/board_kinds.c)): \
	$(call remember,$(B)/obj/boards,$(BOARDS))

# ---- Mbed TLS ----
# Another source tree than last time: build anew what is made of it.
CHOICE := $(call remember,$(B)/obj/source-trees,$(abspath $(MICROPYTHON_DIR) $(MBEDTLS_DIR)))

MBEDTLS_TREE := $(wildcard $(MBEDTLS_DIR)/.fetched) $(CHOICE)
# $(1) tree, $(2) compiler, $(3) flags, $(4) what it needs besides
define mbedtls
$(B)/obj/$(1)/mbedtls/%.o: $(MBEDTLS_DIR)/%.c crypto/mbedtls_config.h $(MBEDTLS_TREE) $(RULES)
	@mkdir -p $$(@D)
	$(if $(Q),@echo "  compile (mbedtls, $(1)) $$<")
	$(Q)$(2) -std=c11 -w -ffunction-sections -fdata-sections -I. $(MBEDTLS_FLAGS) $(3) -MMD -MP -c -o $$@ $$<
$(B)/obj/$(1)/mbedtls.a: $(patsubst %.c,$(B)/obj/$(1)/mbedtls/%.o,$(MBEDTLS_C) $(4))
	$$(archive)
endef
$(eval $(call mbedtls,release,$(CC),-O2))
$(if $(filter-out release,$(BOARD_TREE)),$(eval $(call mbedtls,$(BOARD_TREE),$(BOARD_CC),$(BOARD_CFLAGS),\
	$(BOARD_MBEDTLS_C))))
MBEDTLS := $(B)/obj/release/mbedtls.a
$(foreach v,$(TREES),$(call objects,$(v),$(CRYPTO_C))): \
	$(MBEDTLS_TREE) | $(MBEDTLS_DIR)/library/sha256.c
$(MBEDTLS_DIR)/%.c:
	@echo "no Mbed TLS source in $(MBEDTLS_DIR): run ./lifeboat build, or set MBEDTLS_DIR" >&2; exit 1

# ---- BearSSL ----
$(foreach v,$(TREES),$(B)/obj/$(v)/crypto/bearssl.o): $(wildcard $(BEARSSL_DIR)/.fetched) \
	$(call remember,$(B)/obj/bearssl-tree,$(abspath $(BEARSSL_DIR))) | $(BEARSSL_DIR)/src/hash/sha2small.c
$(BEARSSL_DIR)/src/hash/sha2small.c:
	@echo "no BearSSL source in $(BEARSSL_DIR): run tools/fetch bearssl $(B)/deps, set BEARSSL_DIR, or take another" \
		"provider of crypto/ in board.mk (of the stub: STUB_CRYPTO=small)" >&2; exit 1

# ---- littlefs, as the firmware has it, for the command: included by fs_image.c ----
$(B)/littlefs/guarded_lfs2.c: $(MICROPYTHON_DIR)/lib/littlefs/lfs2.c firmware/patch-littlefs $(CHOICE)
	@mkdir -p $(@D)
	$(Q)$(PYTHON) firmware/patch-littlefs $< $@
$(foreach v,$(TREES),$(call objects,$(v),host/image/fs_image.c)): $(B)/littlefs/guarded_lfs2.c
$(MICROPYTHON_DIR)/lib/littlefs/%.c:
	@echo "no MicroPython source in $(MICROPYTHON_DIR): run ./lifeboat build, or set MICROPYTHON_DIR" >&2; exit 1

# ---- cJSON, for a release ----
ifneq ($(CJSON),)
$(foreach v,$(TREES),$(call objects,$(v),$(CLIENT_C) $(CLI_C) $(IMAGE_C) $(PROCESS_C) $(MANUAL_C))): | \
	$(B)/cjson/cjson/cJSON.h
$(B)/cjson/cjson/cJSON.h: $(CJSON_DIR)/cJSON.h
	$(Q)install -D -m 644 $< $@
$(B)/obj/release/cJSON.o: $(CJSON_DIR)/cJSON.c $(RULES)
	@mkdir -p $(@D)
	$(Q)$(CC) -std=c11 -w -O2 -ffunction-sections -fdata-sections -MMD -MP -c -o $@ $<
$(CJSON): $(B)/obj/release/cJSON.o
	$(archive)
endif

# ---- programs ----
BIN := $(B)/bin/lifeboat
HARDWARE := $(B)/libexec/lifeboat/hardware
BOOTLOADER := $(B)/libexec/lifeboat/$(or $(BOARD_BOOTLOADER),bootloader-$(BOARD))
IMAGE := $(B)/share/lifeboat/$(BOARD).img
CHECK_IMAGE := $(B)/share/lifeboat/$(BOARD)-check.img

define program
	@mkdir -p $(@D)
	$(if $(Q),@echo "  link $@")
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $(filter %.o %.a,$^)
endef
$(BIN): $(call objects,release,$(CLI_C)) $(B)/obj/release/library.a $(MBEDTLS) $(CJSON)
	$(program) $(LIBS_HOST)
$(HARDWARE): $(call objects,release,$(PROCESS_C)) $(B)/obj/release/library.a $(CJSON)
	$(program) $(LIBS_HARDWARE)
$(BOOTLOADER): $(call objects,$(BOARD_TREE),$(MAIN_C)) $(B)/obj/$(BOARD_TREE)/keys.o \
		$(B)/obj/$(BOARD_TREE)/$(BOARD).a $(B)/obj/$(BOARD_TREE)/mbedtls.a
	@mkdir -p $(@D)
	$(if $(Q),@echo "  link $@")
	$(Q)$(BOARD_CC) $(LDFLAGS_ALL) $(BOARD_LDFLAGS) -o $@ $(filter %.o %.a,$^) $(BOARD_LIBS)

# What else a board's bootloader is made of, and into.
include $(wildcard boards/$(BOARD)/boot/*.mk)

include conf/keys.mk conf/firmware.mk

# ---- for programs of one's own (docs/lowlevel.md): the board as an archive, and the headers that say how ----
OWN_CORE := base hw flashmap handoff image record update
OWN_LIBRARY := $(B)/lib/lifeboat/$(BOARD).a
OWN_H := $(wildcard $(OWN_CORE:%=core/%/*.h)) crypto/providers.h
INCLUDE := $(B)/include/lifeboat
$(OWN_LIBRARY): $(call objects,$(BOARD_TREE),$(sort $(wildcard $(OWN_CORE:%=core/%/*.c) $(BOARD_PERIPH)))) \
		$(MBEDTLS_C:%.c=$(B)/obj/$(BOARD_TREE)/mbedtls/%.o) $(SOURCES) $(BOARD_SOURCES)
	@mkdir -p $(@D)
	$(archive)
$(INCLUDE)/%.h: %.h
	$(Q)install -D -m 644 $< $@

# Not every board has a hardware that is a process here, an archive for programs of one's own, and a firmware.
PROGRAMS := $(BIN) $(BOOTLOADER) $(if $(BOARD_PROCESS),$(HARDWARE))
IMAGES := $(if $(FIRMWARE_CFLAGS),$(IMAGE) $(if $(BOARD_PROCESS),$(CHECK_IMAGE)))
# Which keys are built in, for a command that is to add others.
KEYS := $(if $(RUNTIME_KEYS),$(B)/share/lifeboat/$(BOARD).keys)
$(if $(RUNTIME_KEYS),$(if $(BOARD_RUNTIME_TRUST),,$(error board $(BOARD) has no RUNTIME_KEYS)))
PROFILES := $(patsubst %,$(B)/share/lifeboat/%,$(shell find profiles -type f -not -name '.*'))
$(B)/share/lifeboat/profiles/%: profiles/%
	$(Q)install -D -m 644 $< $@
DATA := $(PROFILES) $(KEYS) $(if $(BOARD_PERIPH),$(OWN_LIBRARY) $(OWN_H:%=$(INCLUDE)/%)) $(IMAGES)
bootloader: $(BOOTLOADER)
programs: $(PROGRAMS) $(filter-out $(IMAGES),$(DATA))
all: programs $(DATA)

include conf/install.mk conf/dist.mk

# ---- unit tests: every test_*.c is a program ----
# All of our code but the programs' own main files: so all of it passes clang's warnings too. What tests share comes
# first and is taken before a program's version of the same function.
TESTED_C := $(SUPPORT_C) $(filter-out %/main.c,$(sort $(LIBRARY_C) $(BOARD_C) \
	$(wildcard $(BOARD_PERIPH)) $(CLI_C) $(PROCESS_C) $(filter-out %/manual.c,$(MANUAL_C))))
# gcc's are the objects that are shipped; clang's have the sanitizers. Either compiler has seen every line then.
VARIANTS := gcc clang
TREE_gcc := release
TREE_clang := clang
LINK_gcc := $(CC)
LINK_clang = $(CLANG) $(SANITIZE) -shared-libsan -Wl,-rpath,$(CLANG_LIBRARIES)
CLANG_LIBRARIES := $(shell $(CLANG) -print-runtime-dir 2>/dev/null)

# $(1) variant, $(2) test source
define unit_program
$(B)/unit/$(1)/$(basename $(notdir $(2))): $(call objects,$(TREE_$(1)),$(2)) $(B)/obj/$(TREE_$(1))/tested.a $(MBEDTLS)
	@mkdir -p $$(@D)
	$(Q)$(LINK_$(1)) $(LDFLAGS_ALL) -o $$@ $$^ -lcmocka $(LIBS_HOST)
UNIT_$(1) += $(B)/unit/$(1)/$(basename $(notdir $(2)))
endef
define tested
$(B)/obj/$(1)/tested.a: $(call objects,$(1),$(TESTED_C)) $(SOURCES) $(BOARD_SOURCES)
	$$(archive)
endef
$(foreach v,release pattern clang,$(eval $(call tested,$(v))))
define unit_variant
$(foreach t,$(UNIT_C),$(eval $(call unit_program,$(1),$(t))))
check-unit-$(1): $$(UNIT_$(1))
	@tools/run-unit $(1) $$^
.PHONY: check-unit-$(1)
unit-programs: $$(UNIT_$(1))
check-unit: check-unit-$(1)
endef
$(foreach v,$(VARIANTS),$(eval $(call unit_variant,$(v))))

# ---- all programs once more, with the pattern: tests/e2e/test_pattern.py runs them ----
PATTERN := $(B)/pattern
PATTERN_PROGRAMS := $(PROGRAMS:$(B)/%=$(PATTERN)/%)
define pattern_program
	@mkdir -p $(@D)
	$(if $(Q),@echo "  link $@")
	$(Q)$(CLANG) $(LDFLAGS_ALL) -o $@ $(filter %.o %.a,$^)
endef
$(BIN:$(B)/%=$(PATTERN)/%): $(call objects,pattern,$(CLI_C)) $(B)/obj/pattern/tested.a $(MBEDTLS)
	$(pattern_program) $(LIBS_HOST)
$(HARDWARE:$(B)/%=$(PATTERN)/%): $(call objects,pattern,$(PROCESS_C)) $(B)/obj/pattern/tested.a
	$(pattern_program) $(LIBS_HARDWARE)
$(BOOTLOADER:$(B)/%=$(PATTERN)/%): $(call objects,pattern,$(MAIN_C)) $(B)/obj/$(BOARD_TREE)/keys.o \
		$(B)/obj/pattern/tested.a $(MBEDTLS)
	$(pattern_program) $(BOARD_LIBS)
pattern-programs: $(PATTERN_PROGRAMS)

# ---- the module with RUNTIME_KEYS=1 beside the usual one: tests/e2e/test_trust.py runs it ----
RUNTIME := $(B)/runtime
RUNTIME_PROGRAMS := $(PROGRAMS:$(B)/%=$(RUNTIME)/%)
RUNTIME_KEYS_LIST := $(RUNTIME)/share/lifeboat/$(BOARD).keys
$(BOOTLOADER:$(B)/%=$(RUNTIME)/%): $(call objects,$(BOARD_TREE),$(filter-out $(COMPILED_TRUST),$(MAIN_C)) \
		$(BOARD_RUNTIME_TRUST)) $(B)/obj/$(BOARD_TREE)/keys.o $(B)/obj/$(BOARD_TREE)/$(BOARD).a \
		$(B)/obj/$(BOARD_TREE)/mbedtls.a
	$(program) $(BOARD_LIBS)
$(filter-out %/bootloader-$(BOARD),$(RUNTIME_PROGRAMS)): $(RUNTIME)/%: $(B)/%
	$(Q)install -D $< $@
runtime-programs: $(RUNTIME_PROGRAMS) $(RUNTIME_KEYS_LIST) $(IMAGES)
	$(Q)ln -sf $(call abs,$(IMAGES)) $(RUNTIME)/share/lifeboat

# ---- the power-cut proof; LONG=1 for the long one, ONLY=WORDS for one scenario ----
# tests/power/controls.c and fast.c are around these: code that is wrong on purpose, and a faster CRC.
POWER_WRAPS := lb_record_append lb_update_target lb_download_renew_first lb_region_erase_next lb_loader_init lb_crc32
$(B)/power/power: $(call objects,release,$(POWER_C) $(filter-out %/main.c $(BOARD_RUNTIME_TRUST),$(MAIN_C)) \
		$(COMPILED_TRUST) boards/virtual/boot/zlib_codec.c) $(B)/obj/release/library.a $(MBEDTLS)
	$(program) $(POWER_WRAPS:%=-Wl,--wrap=%) $(LIBS_HOST)
check-power: $(B)/power/power
	@$< $(if $(LONG),--long) $(if $(ONLY),--only "$(ONLY)") && echo "power: 1 passed, 0 failed"

# ---- what benches/*.py count with ----
BENCHES := $(B)/bench/wear $(B)/bench/verify
$(BENCHES): $(B)/bench/%: $(B)/obj/release/benches/%.o $(B)/obj/release/library.a $(MBEDTLS)
	$(program) $(LIBS_HOST)
bench-programs: $(BENCHES)

# ---- core/ for a microcontroller ----
CORTEX_M := -mcpu=cortex-m4 -mthumb -Os -ffreestanding
check-cortex-m:
	@tools/check-cortex-m $(B)/cortex-m "$(CLANG) --target=thumbv7em-none-eabi" "$(ARM_GCC)" \
		"-std=c11 -I. $(WARNINGS) $(CORTEX_M)" $(CORE_C) $(wildcard protocols/espressif/*.c)

clean:
	rm -rf $(filter-out $(B)/deps,$(wildcard $(B)/*))
