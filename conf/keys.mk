# Keys: the build signs with KEY, and its bootloader trusts KEY and all of TRUST.
# Without KEY= it is the user's development key, which is made the first time and never leaves this user's folder.
is_absolute = $(filter /%,$(firstword $(1)))
DATA_HOME := $(if $(call is_absolute,$(XDG_DATA_HOME)),$(XDG_DATA_HOME),$(if $(call is_absolute,$(HOME)),$\
	$(HOME)/.local/share,$(abspath $(B))))
# make's file names end at a space: a folder that has one in its path is reached by a link.
ifneq ($(words $(DATA_HOME)),1)
$(shell mkdir -p "$(DATA_HOME)" $(B)/obj; ln -sfn "$(DATA_HOME)" $(B)/obj/data-home)
DATA_HOME := $(B)/obj/data-home
endif
# A board whose bootloader knows one kind of key alone says so: BOARD_KEY.
DEVELOPMENT_KEY := $(DATA_HOME)/lifeboat/development$(BOARD_KEY:%=-%).pem
KEY ?= $(DEVELOPMENT_KEY)
TRUST ?=

$(DEVELOPMENT_KEY): | $(BIN)
	@test -f $@ || $(BIN) image keygen $@ $(BOARD_KEY:%=--type %) || test -f $@
# A name that was mistyped must not become a new key that signs a product.
OWN_KEYS := $(sort $(filter-out $(DEVELOPMENT_KEY),$(KEY) $(TRUST)))
ifneq ($(OWN_KEYS),)
$(OWN_KEYS):
	@echo "the key $@ is not there: '$(BIN) image keygen $@' makes one" >&2; false
endif
# Another list of keys than last time: link anew.
KEY_LIST := $(call remember,$(B)/obj/$(BOARD_TREE)/keys,$(KEY) $(TRUST))
$(B)/obj/$(BOARD_TREE)/keys.c: $(KEY) $(TRUST) $(KEY_LIST) host/commands/cmd_image.c | $(BIN)
	$(Q)$(BIN) image public $(KEY) $(TRUST) >$@
$(B)/obj/$(BOARD_TREE)/keys.o: $(B)/obj/$(BOARD_TREE)/keys.c
	$(Q)$(BOARD_CC) -std=c11 $(CFLAGS_ALL) $(or $(BOARD_CFLAGS),-O2) -c -o $@ $<
# The same as a file, as the hand-off has them.
$(B)/share/lifeboat/$(BOARD).keys $(B)/runtime/share/lifeboat/$(BOARD).keys: $(KEY) $(TRUST) $(KEY_LIST) | $(BIN)
	@mkdir -p $(@D)
	$(Q)$(BIN) image public $(KEY) $(TRUST) --out $@
