# The stub: no hardware but a serial line and a clock; flash and pins are memory. What each line means: docs/porting.md.
#
#   STUB_CPU=host             a program for this machine, with uart0 on its standard input and output
#   STUB_CPU=cortex-m4        for QEMU's mps2-an386
#   STUB_CPU=cortex-m0plus    the same in code for the smallest of them

STUB_CPU ?= host
STUB_OPTIMIZE ?= -Os
# The provider of crypto/: bearssl, or small, which needs no source of BearSSL.
STUB_CRYPTO ?= bearssl
STUB_MACHINE := $(if $(filter host,$(STUB_CPU)),host,cortex-m)

BOARD_BOOT := boards/stub/*.c boards/stub/$(STUB_MACHINE)/*.c crypto/$(STUB_CRYPTO).c crypto/p256*.c
BOARD_TREE ?= $(subst -bearssl,,stub-$(STUB_CPU)-$(STUB_CRYPTO))
BOARD_BOOTLOADER := bootloader-$(BOARD_TREE)
BOARD_CFLAGS := $(STUB_OPTIMIZE) -DSTUB_CRYPTO=lb_crypto_$(STUB_CRYPTO)

ifeq ($(STUB_MACHINE),cortex-m)
BOARD_CC := $(ARM_GCC) -mcpu=$(STUB_CPU) -mthumb --specs=nano.specs --specs=nosys.specs
BOARD_LDFLAGS := $(STUB_OPTIMIZE) -nostartfiles -T boards/stub/cortex-m/stub.ld
endif
