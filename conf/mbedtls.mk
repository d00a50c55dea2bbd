# Mbed TLS, for crypto/small.c and crypto/both.c: of its source tree only these files are compiled, with flags of their
# own (its warnings are not ours), into an archive of which a program takes what it uses. p256-m.c is included by
# crypto/p256_curve.c.
MBEDTLS_C := library/sha256.c library/platform_util.c
# What includes its headers must see the configuration that it was compiled with.
MBEDTLS_FLAGS := -isystem $(MBEDTLS_DIR)/include -isystem $(MBEDTLS_DIR)/3rdparty/p256-m/p256-m \
	-DMBEDTLS_CONFIG_FILE='"crypto/mbedtls_config.h"'
# For an image with TLS, whose Makefile has a configuration and flags of its own for them.
MBEDTLS_TLS_C := $(patsubst %,library/%.c,aes asn1parse asn1write base64 bignum bignum_core cipher cipher_wrap \
	constant_time ctr_drbg ecdh ecdsa ecp ecp_curves entropy gcm md md5 oid pem pk pk_ecc pk_wrap pkcs5 pkparse \
	platform platform_util rsa rsa_alt_helpers sha1 sha256 sha512 ssl_ciphersuites ssl_client ssl_msg ssl_tls \
	ssl_tls12_client ssl_tls12_server x509 x509_crt)
