# Builds everything below $(B): the command, the virtual module's programs and the firmware image.
#
#   make                      the command and the programs beside it
#   make install PREFIX=...   a command that runs without this checkout (DESTDIR= for packagers)
#   make check-unit           the unit tests with gcc, with clang and with the sanitizers
#   make check-power          the power-cut proof
#   make check-cortex-m       core/ compiles for a Cortex-M, needs only memcpy and friends, and has no static data
#
#   make KEY=FILE TRUST=FILES sign with this key (default: the development key); the bootloader trusts TRUST too
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
.PHONY: all programs install check-unit unit-programs bench-programs check-power check-cortex-m clean FORCE
.SUFFIXES:
.DELETE_ON_ERROR:
.SECONDARY:

# One line a file; V=1 shows the commands.
Q := $(if $(V),,@)

RULES := Makefile conf/version.mk conf/warnings.mk conf/mbedtls.mk conf/$(BOARD).mk
include $(filter conf/%,$(RULES))

VERSION_FLAGS := -DLB_VERSION='"$(LB_VERSION)"' -DLB_VERSION_MAJOR=$(LB_VERSION_MAJOR) \
	-DLB_VERSION_MINOR=$(LB_VERSION_MINOR) -DLB_VERSION_PATCH=$(LB_VERSION_PATCH)
CFLAGS_ALL := -I. $(VERSION_FLAGS) $(WARNINGS) -g -ffunction-sections -fdata-sections -fno-common
LDFLAGS_ALL := -Wl,--gc-sections

# core/ is plain C11 wherever it is compiled; the rest may use what the system offers.
standard = $(if $(filter core/% protocols/espressif/%,$(1)),-std=c11,-std=gnu11 -D_GNU_SOURCE=) \
	$(if $(filter crypto/%,$(1)),$(MBEDTLS_FLAGS))

# ---- sources: new files are taken up by being there ----
CORE_C := $(wildcard core/*/*.c)
MAIN_C := $(wildcard boards/*.c)
BOARD_C := $(wildcard boards/$(BOARD)/*/*.c)
MODEL_C := $(wildcard hardware/model/*.c)
PROCESS_C := $(wildcard hardware/process/*.c)
CRYPTO_C := $(wildcard crypto/*.c)
CLIENT_C := $(wildcard host/client/*.c)
CLI_C := $(wildcard host/commands/*.c host/terminal/*.c)
IMAGE_C := $(wildcard host/image/*.c)
UNIT_C := $(wildcard tests/unit/test_*.c)
SUPPORT_C := $(filter-out $(UNIT_C),$(wildcard tests/unit/*.c))
POWER_C := $(wildcard tests/power/*.c)
PROTOCOLS_C := $(wildcard protocols/*/*.c)
# Of the firmware only what does not need MicroPython.
FIRMWARE_C := firmware/io/watchdog.c
LIBRARY_C := $(CORE_C) $(PROTOCOLS_C) $(CRYPTO_C) $(BOARD_C) $(MODEL_C) $(CLIENT_C) $(IMAGE_C) $(FIRMWARE_C)

# ---- one object tree a variant ----
# $(1) name, $(2) compiler, $(3) flags
define variant
$(B)/obj/$(1)/%.o: %.c $(RULES)
	@mkdir -p $$(@D)
	$(if $(Q),@echo "  compile ($(1)) $$<")
	$(Q)$(2) $$(call standard,$$<) $(CFLAGS_ALL) $(3) -MMD -MP -c -o $$@ $$<
endef
$(eval $(call variant,release,$(CC),-O2))
$(eval $(call variant,gcc,$(CC),-O1))
$(eval $(call variant,clang,$(CLANG),-O1))
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
$(eval $(call variant,sanitize,$(CC),-O1 $(SANITIZE)))

objects = $(patsubst %.c,$(B)/obj/$(1)/%.o,$(2))
-include $(shell test -d $(B)/obj && find $(B)/obj -name '*.d')

# A program takes from the archive the modules that it uses and no others, so which module goes where is said by the
# calls alone.
define archive
	@rm -f $@
	$(Q)ar qcs $@ $^
endef
$(B)/obj/release/library.a: $(call objects,release,$(LIBRARY_C))
	$(archive)

# ---- Mbed TLS ----
# Another source tree than last time: build anew what is made of it.
CHOICE := $(B)/obj/source-trees
SOURCE_TREES := $(abspath $(MICROPYTHON_DIR) $(MBEDTLS_DIR))
$(shell mkdir -p $(B)/obj; echo $(SOURCE_TREES) | cmp -s - $(CHOICE) || echo $(SOURCE_TREES) >$(CHOICE))

MBEDTLS := $(B)/obj/mbedtls.a
MBEDTLS_TREE := $(wildcard $(MBEDTLS_DIR)/.fetched) $(CHOICE)
$(B)/obj/mbedtls/%.o: $(MBEDTLS_DIR)/%.c crypto/mbedtls_config.h $(MBEDTLS_TREE) $(RULES)
	@mkdir -p $(@D)
	$(if $(Q),@echo "  compile (mbedtls) $<")
	$(Q)$(CC) -std=c11 -O2 -w -ffunction-sections -fdata-sections -I. $(MBEDTLS_FLAGS) -c -o $@ $<
$(MBEDTLS): $(MBEDTLS_C:%.c=$(B)/obj/mbedtls/%.o)
	$(archive)
$(foreach v,release gcc clang sanitize,$(call objects,$(v),$(CRYPTO_C))): \
	$(MBEDTLS_TREE) | $(MBEDTLS_DIR)/library/sha256.c
$(MBEDTLS_DIR)/%.c:
	@echo "no Mbed TLS source in $(MBEDTLS_DIR): run ./lifeboat build, or set MBEDTLS_DIR" >&2; exit 1

# ---- programs ----
BIN := $(B)/bin/lifeboat
HARDWARE := $(B)/libexec/lifeboat/hardware
BOOTLOADER := $(B)/libexec/lifeboat/bootloader-$(BOARD)
IMAGE := $(B)/share/lifeboat/$(BOARD).img

define program
	@mkdir -p $(@D)
	$(if $(Q),@echo "  link $@")
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $(filter %.o %.a,$^)
endef
$(BIN): $(call objects,release,$(CLI_C)) $(B)/obj/release/library.a $(MBEDTLS)
	$(program) $(LIBS_CLI)
$(HARDWARE): $(call objects,release,$(PROCESS_C)) $(B)/obj/release/library.a
	$(program) $(LIBS_HARDWARE)
$(BOOTLOADER): $(call objects,release,$(MAIN_C)) $(B)/keys.o $(B)/obj/release/library.a $(MBEDTLS)
	$(program) $(LIBS_BOOTLOADER)

# ---- keys: the build signs with KEY, and its bootloader trusts KEY and all of TRUST ----
# Without KEY= it is the user's development key, which is made the first time and never leaves this user's folder.
is_absolute = $(filter /%,$(firstword $(1)))
DATA_HOME := $(if $(call is_absolute,$(XDG_DATA_HOME)),$(XDG_DATA_HOME),$(if $(call is_absolute,$(HOME)),$\
	$(HOME)/.local/share,$(abspath $(B))))
# make's file names end at a space: a folder that has one in its path is reached by a link.
ifneq ($(words $(DATA_HOME)),1)
$(shell mkdir -p "$(DATA_HOME)" $(B)/obj; ln -sfn "$(DATA_HOME)" $(B)/obj/data-home)
DATA_HOME := $(B)/obj/data-home
endif
DEVELOPMENT_KEY := $(DATA_HOME)/lifeboat/development.pem
KEY ?= $(DEVELOPMENT_KEY)
TRUST ?=

$(DEVELOPMENT_KEY): | $(BIN)
	@test -f $@ || $(BIN) image keygen $@ || test -f $@
# A name that was mistyped must not become a new key that signs a product.
OWN_KEYS := $(sort $(filter-out $(DEVELOPMENT_KEY),$(KEY) $(TRUST)))
ifneq ($(OWN_KEYS),)
$(OWN_KEYS):
	@echo "the key $@ is not there: '$(BIN) image keygen $@' makes one" >&2; false
endif
# Another list of keys than last time: link anew.
KEY_LIST := $(B)/obj/keys
$(shell mkdir -p $(B)/obj; echo $(KEY) $(TRUST) | cmp -s - $(KEY_LIST) || echo $(KEY) $(TRUST) >$(KEY_LIST))
$(B)/keys.c: $(KEY) $(TRUST) $(KEY_LIST) host/commands/image.c | $(BIN)
	$(Q)$(BIN) image public $(KEY) $(TRUST) >$@
$(B)/keys.o: $(B)/keys.c
	$(Q)$(CC) -std=c11 $(CFLAGS_ALL) -O2 -c -o $@ $<

# ---- the firmware, by its own Makefile on top of MicroPython's ----
# MicroPython's scripts would otherwise ask git about our repository, and write into its tree.
export PYTHONDONTWRITEBYTECODE := 1
export PYTHON := $(or $(wildcard /usr/bin/python3),python3)
export MICROPY_GIT_TAG := v1.25.0
export MICROPY_GIT_HASH := 1.25.0
export SOURCE_DATE_EPOCH := 1744675200

abs = $(abspath $(1))
MPY_CROSS := $(B)/mpy-cross/mpy-cross
export MICROPY_MPYCROSS := $(call abs,$(MPY_CROSS))
FIRMWARE_BUILD := $(B)/firmware/$(BOARD)
FIRMWARE := $(FIRMWARE_BUILD)/$(BOARD).elf
FIRMWARE_SOURCES := $(shell find firmware core protocols crypto boards/$(BOARD) hardware/model hardware/wire.h \
	-type f 2>/dev/null)

# MicroPython's own make takes a third of a second to find nothing to do, so it is asked only when one of our files
# changed, except when MicroPython is the user's own checkout, whose files are his to change.
OWN_CHECKOUT := $(filter-out $(call abs,$(B)/deps/micropython),$(call abs,$(MICROPYTHON_DIR)))
MICROPYTHON_TREE := $(if $(OWN_CHECKOUT),FORCE,$(wildcard $(MICROPYTHON_DIR)/.fetched))

$(MPY_CROSS): $(filter-out FORCE,$(MICROPYTHON_TREE)) $(CHOICE)
	@test -f $(MICROPYTHON_DIR)/mpy-cross/Makefile || { \
		echo "no MicroPython source in $(MICROPYTHON_DIR): run ./lifeboat build, or set MICROPYTHON_DIR" >&2; exit 1; }
	@mkdir -p $(@D)
	$(MAKE) --no-print-directory -C $(MICROPYTHON_DIR)/mpy-cross BUILD=$(call abs,$(@D)) PROG=mpy-cross
	@touch $@

$(FIRMWARE): $(FIRMWARE_SOURCES) $(MPY_CROSS) $(MICROPYTHON_TREE) $(CHOICE) $(MBEDTLS) $(RULES)
	$(MAKE) --no-print-directory -C firmware BOARD=$(BOARD) BUILD=$(call abs,$(FIRMWARE_BUILD)) \
		MICROPYTHON_DIR=$(call abs,$(MICROPYTHON_DIR)) MPY_CROSS=$(call abs,$(MPY_CROSS)) LB_VERSION=$(LB_VERSION) \
		MBEDTLS_DIR=$(call abs,$(MBEDTLS_DIR)) MBEDTLS=$(call abs,$(MBEDTLS))
	@touch $@

$(IMAGE): $(FIRMWARE) $(KEY) $(KEY_LIST) $(BIN)
	@mkdir -p $(@D)
	$(Q)$(BIN) image sign $(FIRMWARE) $@ --version $(LB_VERSION) --key $(KEY)

# ---- for programs of one's own (docs/lowlevel.md): the board as an archive, and the headers that say how ----
OWN_CORE := base hw flashmap handoff image record update
OWN_LIBRARY := $(B)/lib/lifeboat/$(BOARD).a
OWN_H := $(wildcard $(OWN_CORE:%=core/%/*.h)) crypto/providers.h
INCLUDE := $(B)/include/lifeboat
$(OWN_LIBRARY): $(call objects,release,$(wildcard $(OWN_CORE:%=core/%/*.c) boards/$(BOARD)/common/*.c \
		boards/$(BOARD)/periph/*.c) $(MODEL_C) $(CRYPTO_C)) $(MBEDTLS_C:%.c=$(B)/obj/mbedtls/%.o)
	@mkdir -p $(@D)
	$(archive)
$(INCLUDE)/%.h: %.h
	$(Q)install -D -m 644 $< $@

programs: $(BIN) $(HARDWARE) $(BOOTLOADER) $(OWN_LIBRARY) $(OWN_H:%=$(INCLUDE)/%)
all: programs $(IMAGE)

# ---- installation ----
TO := $(DESTDIR)$(PREFIX)
install: all
	$(Q)install -D -m 755 $(BIN) $(TO)/bin/lifeboat
	$(Q)install -D -m 755 $(HARDWARE) $(TO)/libexec/lifeboat/hardware
	$(Q)install -D -m 755 $(BOOTLOADER) $(TO)/libexec/lifeboat/bootloader-$(BOARD)
	$(Q)install -D -m 644 $(IMAGE) $(TO)/share/lifeboat/$(BOARD).img
	$(Q)install -D -m 644 $(OWN_LIBRARY) $(TO)/lib/lifeboat/$(BOARD).a
	$(Q)for h in $(OWN_H); do install -D -m 644 $$h $(TO)/include/lifeboat/$$h || exit 1; done

# ---- unit tests: every test_*.c is a program ----
# All of our code but the programs' own main files: so all of it passes clang's warnings too. What tests share comes
# first and is taken before a program's version of the same function.
TESTED_C := $(SUPPORT_C) $(filter-out %/main.c,$(LIBRARY_C) $(CLI_C) $(PROCESS_C))
VARIANTS := gcc clang sanitize
LINK_gcc := $(CC)
LINK_clang := $(CLANG)
LINK_sanitize := $(CC) $(SANITIZE)

# $(1) variant, $(2) test source
define unit_program
$(B)/unit/$(1)/$(basename $(notdir $(2))): $(call objects,$(1),$(2)) $(B)/obj/$(1)/tested.a $(MBEDTLS)
	@mkdir -p $$(@D)
	$(Q)$(LINK_$(1)) $(LDFLAGS_ALL) -o $$@ $$^ -lcmocka $(LIBS_CLI)
UNIT_$(1) += $(B)/unit/$(1)/$(basename $(notdir $(2)))
endef
define unit_variant
$(B)/obj/$(1)/tested.a: $(call objects,$(1),$(TESTED_C))
	$$(archive)
$(foreach t,$(UNIT_C),$(eval $(call unit_program,$(1),$(t))))
check-unit-$(1): $$(UNIT_$(1))
	@tools/run-unit $(1) $$^
.PHONY: check-unit-$(1)
unit-programs: $$(UNIT_$(1))
check-unit: check-unit-$(1)
endef
$(foreach v,$(VARIANTS),$(eval $(call unit_variant,$(v))))

# ---- the power-cut proof; LONG=1 for the long one, ONLY=WORDS for one scenario ----
$(B)/power/power: $(call objects,release,$(POWER_C) boards/loader_mode.c) $(B)/obj/release/library.a $(MBEDTLS)
	$(program) $(LIBS_CLI)
check-power: $(B)/power/power
	@$< $(if $(LONG),--long) $(if $(ONLY),--only "$(ONLY)") && echo "power: 1 passed, 0 failed"

# ---- what benches/*.py count with ----
$(B)/bench/%: $(B)/obj/release/benches/%.o $(B)/obj/release/library.a $(MBEDTLS)
	$(program) $(LIBS_CLI)
bench-programs: $(B)/bench/wear $(B)/bench/verify

# ---- core/ for a microcontroller ----
CORTEX_M := -mcpu=cortex-m4 -mthumb -Os -ffreestanding
check-cortex-m:
	@tools/check-cortex-m $(B)/cortex-m "$(CLANG) --target=thumbv7em-none-eabi" "$(ARM_GCC)" \
		"-std=c11 -I. $(WARNINGS) $(CORTEX_M)" $(CORE_C) $(wildcard protocols/espressif/*.c)

clean:
	rm -rf $(filter-out $(B)/deps,$(wildcard $(B)/*))
