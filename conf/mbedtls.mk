# Mbed TLS, for crypto/small.c and crypto/both.c: of its source tree only these files are compiled, with flags of their
# own (its warnings are not ours), into an archive of which a program takes what it uses. p256-m.c is included by
# crypto/p256_curve.c.
MBEDTLS_C := library/sha256.c library/platform_util.c
# What includes its headers must see the configuration that it was compiled with.
MBEDTLS_FLAGS := -isystem $(MBEDTLS_DIR)/include -isystem $(MBEDTLS_DIR)/3rdparty/p256-m/p256-m \
	-DMBEDTLS_CONFIG_FILE='"crypto/mbedtls_config.h"'
