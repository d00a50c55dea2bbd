# A release: programs that need glibc 2.35 and nothing else of a system, in a tree of their own (B=build/dist), since
# they have another key and others' archives in them than what is built every day. The same sources and key (Ed25519)
# give the same bytes, in whatever folder.
DIST := $(B)/dist
DIST_GLIBC := 2.35
DIST_NAME := lifeboat-$(LB_VERSION)-$(HOST_CPU)
DIST_STAGE := $(DIST)/stage
# Whoever installs it signs with a key of his own.
DIST_KEYS := $(if $(BOARD_RUNTIME_TRUST),RUNTIME_KEYS=1)
DIST_CJSON := $(or $(CJSON_DIR),$(B)/deps/cjson)
DIST_MAKE = $(MAKE) --no-print-directory B=$(DIST) RELEASE=1 $(DIST_KEYS) KEY='$(KEY)' TRUST='$(TRUST)' \
	CJSON_DIR=$(DIST_CJSON) MICROPYTHON_DIR=$(MICROPYTHON_DIR) MBEDTLS_DIR=$(MBEDTLS_DIR)
DIST_PROGRAMS = $(PROGRAMS:$(B)/%=$(DIST)/%) $(DIST)/firmware/$(BOARD)/firmware.elf \
	$(DIST)/firmware/$(BOARD)/firmware-check.elf
DIST_BILL = $(PYTHON) tools/bill $(1) $(LB_VERSION) $(DIST) $(DIST_CJSON) $(MICROPYTHON_DIR) $(MBEDTLS_DIR)

.PHONY: dist-key
dist-key:
	@test "$(origin KEY)" != file || { echo "a release is signed with a key of its own: make dist KEY=FILE" \
		"('$(BIN) image keygen FILE' makes one)" >&2; exit 1; }
$(DIST_CJSON)/cJSON.c: $(if $(CJSON_DIR),,tools/pinned.sha256)
	tools/fetch cjson $(B)/deps
	@touch $@

# What was laid out: $(1) with PREFIX.
define judge
	$(Q)tools/check-glibc $(DIST_GLIBC) $(DIST_PROGRAMS)
	$(Q)$(call DIST_BILL,$(1)/$(DOC))
endef

dist: dist-key $(DIST_CJSON)/cJSON.c
	$(Q)rm -rf $(DIST_STAGE)
	+$(DIST_MAKE) install DESTDIR=$(call abs,$(DIST_STAGE)) PREFIX=/$(DIST_NAME)
	$(call judge,$(DIST_STAGE)/$(DIST_NAME))
	$(Q)tar -C $(DIST_STAGE) --sort=name --mtime=@$(SOURCE_DATE_EPOCH) --owner=0 --group=0 --numeric-owner \
		--mode=u=rwX,go=rX --format=ustar -cf - $(DIST_NAME) | gzip -9n >$(DIST)/$(DIST_NAME).tar.gz
	@echo "$(DIST)/$(DIST_NAME).tar.gz"

# Both lay out the same stage: one after the other, when both are asked for.
deb: dist-key $(DIST_CJSON)/cJSON.c | $(filter dist,$(MAKECMDGOALS))
	$(Q)rm -rf $(DIST_STAGE)
	+$(DIST_MAKE) install DESTDIR=$(call abs,$(DIST_STAGE)) PREFIX=/usr ZSH_COMPLETIONS=zsh/vendor-completions
	$(call judge,$(DIST_STAGE)/usr)
	$(Q)tools/deb $(DIST_STAGE) $(LB_VERSION) $(DIST_GLIBC) $(DIST)
