# What is installed where, below PREFIX; nothing of it knows PREFIX, so the folder may be moved as a whole.
TO := $(DESTDIR)$(PREFIX)
SHARE := $(B)/share
ZSH_COMPLETIONS ?= zsh/site-functions

# ---- the manual page and the shells' completions, written by a program that has the commands' tables ----
MANUAL := $(B)/obj/manual
PAGES := $(SHARE)/man/man1/lifeboat.1 $(SHARE)/bash-completion/completions/lifeboat \
	$(SHARE)/$(ZSH_COMPLETIONS)/_lifeboat
$(MANUAL): $(call objects,release,$(MANUAL_C) $(filter-out %/main.c,$(CLI_C))) $(B)/obj/release/library.a \
		$(MBEDTLS) $(CJSON)
	$(program) $(LIBS_HOST)
$(SHARE)/man/man1/lifeboat.1: KIND := man
$(SHARE)/bash-completion/completions/lifeboat: KIND := bash
$(SHARE)/$(ZSH_COMPLETIONS)/_lifeboat: KIND := zsh
$(PAGES): $(MANUAL)
	@mkdir -p $(@D)
	$(Q)$(MANUAL) $(KIND) >$@

# ---- what is read: as it lies here, so that its links hold ----
DOC := share/doc/lifeboat
READ := README.md CHANGELOG.md ARCHITECTURE.md CONTRIBUTING.md LICENSE \
	$(shell find docs examples -type f -not -name '.*' -not -path '*/build/*')

install: all $(PAGES)
	$(Q)for f in $(PROGRAMS:$(B)/%=%); do install -D -m 755 $(if $(RELEASE),-s) $(B)/$$f $(TO)/$$f || exit 1; done
	$(Q)for f in $(DATA:$(B)/%=%) $(PAGES:$(B)/%=%); do install -D -m 644 $(B)/$$f $(TO)/$$f || exit 1; done
	$(Q)for f in $(READ); do install -D -m 644 $$f $(TO)/$(DOC)/$$f || exit 1; done
	$(if $(RELEASE),$(Q)strip -D --strip-debug $(OWN_LIBRARY:$(B)/%=$(TO)/%))

# What an earlier version installed and this one does not have lies in folders of our own, but for the programs.
uninstall:
	$(Q)rm -f $(patsubst $(B)/%,$(TO)/%,$(PROGRAMS) $(DATA) $(PAGES))
	$(Q)rm -rf $(patsubst %,$(TO)/%/lifeboat,libexec lib include share share/doc)
