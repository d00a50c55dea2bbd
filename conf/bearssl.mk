# BearSSL, for crypto/bearssl.c, which includes two of its files as they are. Only who names that file needs the source.
BEARSSL_DIR ?= $(B)/deps/bearssl
BEARSSL_FLAGS := -isystem $(BEARSSL_DIR)/inc -isystem $(BEARSSL_DIR)/src
# Without the source the tests and the command go without that file.
BEARSSL_C := $(if $(wildcard $(BEARSSL_DIR)/src/hash/sha2small.c),,crypto/bearssl.c tests/unit/test_bearssl.c)
