# The firmware, by its own Makefile on top of MicroPython's, and the image that is made of it.
# MicroPython's scripts would otherwise ask git about our repository, and write into its tree.
export PYTHONDONTWRITEBYTECODE := 1
export PYTHON := $(or $(wildcard /usr/bin/python3),python3)
export MICROPY_GIT_TAG := v1.25.0
export MICROPY_GIT_HASH := 1.25.0
export SOURCE_DATE_EPOCH := 1744675200

# What of Mbed TLS the board's own compiler made.
BOARD_MBEDTLS := $(B)/obj/$(BOARD_TREE)/mbedtls.a
abs = $(abspath $(1))
MPY_CROSS := $(B)/mpy-cross/mpy-cross
export MICROPY_MPYCROSS := $(call abs,$(MPY_CROSS))
FIRMWARE_BUILD := $(B)/firmware/$(BOARD)
FIRMWARE := $(FIRMWARE_BUILD)/$(BOARD).elf
CHECK_FIRMWARE := $(FIRMWARE_BUILD)/$(BOARD)-check.elf
FIRMWARE_SOURCES := $(shell find firmware core protocols crypto boards/$(BOARD) hardware/model hardware/wire.h \
	-type f 2>/dev/null)
FIRMWARE_LIST := $(call remember,$(FIRMWARE_BUILD)/sources,$(sort $(FIRMWARE_SOURCES)))

# MicroPython's own make takes a third of a second to find nothing to do, so it is asked only when one of our files
# changed, except when MicroPython is the user's own checkout, whose files are his to change.
OWN_CHECKOUT := $(filter-out $(call abs,$(B)/deps/micropython),$(call abs,$(MICROPYTHON_DIR)))
MICROPYTHON_TREE := $(if $(OWN_CHECKOUT),FORCE,$(wildcard $(MICROPYTHON_DIR)/.fetched))

$(MPY_CROSS): $(filter-out FORCE,$(MICROPYTHON_TREE)) $(CHOICE)
	@test -f $(MICROPYTHON_DIR)/mpy-cross/Makefile || { \
		echo "no MicroPython source in $(MICROPYTHON_DIR): run ./lifeboat build, or set MICROPYTHON_DIR" >&2; exit 1; }
	@mkdir -p $(@D)
	$(MAKE) --no-print-directory -C $(MICROPYTHON_DIR)/mpy-cross BUILD=$(call abs,$(@D)) PROG=mpy-cross \
		CFLAGS_EXTRA=$(if $(STRICT),,-Wno-error)
	@touch $@

# Another list of files than last time: what a file that is gone said of names and modules must not stay.
$(FIRMWARE_BUILD)/listed: $(FIRMWARE_LIST)
	@rm -rf $(@D)/genhdr/*.split $(@D)/genhdr/qstr $(@D)/genhdr/module $(@D)/genhdr/root_pointer
	@touch $@

$(FIRMWARE): $(FIRMWARE_SOURCES) $(FIRMWARE_BUILD)/listed $(MPY_CROSS) $(MICROPYTHON_TREE) $(CHOICE) $(RULES) \
		$(BOARD_MBEDTLS)
	$(MAKE) --no-print-directory -C firmware BOARD=$(BOARD) BUILD=$(call abs,$(FIRMWARE_BUILD)) \
		MICROPYTHON_DIR=$(call abs,$(MICROPYTHON_DIR)) MPY_CROSS=$(call abs,$(MPY_CROSS)) LB_VERSION=$(LB_VERSION) \
		MBEDTLS_DIR=$(call abs,$(MBEDTLS_DIR)) MBEDTLS=$(call abs,$(BOARD_MBEDTLS)) \
		$(BOARD_FIRMWARE_VARIABLES)
	@touch $@

# The same for `lifeboat check`, by the same make.
$(CHECK_FIRMWARE): $(FIRMWARE)
	@touch $@
$(CHECK_IMAGE): $(CHECK_FIRMWARE) $(KEY) $(KEY_LIST) $(BIN)
	@mkdir -p $(@D)
	$(Q)$(BIN) image sign $(CHECK_FIRMWARE) $@ --version $(LB_VERSION) --key $(KEY)
# A board that says BOARD_OBJCOPY has no loader for ELF.
FIRMWARE_PAYLOAD := $(FIRMWARE)$(if $(BOARD_OBJCOPY),.bin)
%.elf.bin: %.elf
	$(Q)$(BOARD_OBJCOPY) -O binary $< $@
$(IMAGE): $(FIRMWARE_PAYLOAD) $(KEY) $(KEY_LIST) $(BIN)
	@mkdir -p $(@D)
	$(Q)$(BIN) image sign $(FIRMWARE_PAYLOAD) $@ --version $(LB_VERSION) --key $(KEY) $(BOARD_SIGN)
