# The Raspberry Pi Pico: RP2040, 2 MiB of flash in which images run in place. What each line means: docs/porting.md.
PICO_SDK_DIR ?= $(B)/deps/pico-sdk/usr/src/pico-sdk
PICO_SDK := $(PICO_SDK_DIR)/src
PICO_CPU := -mcpu=cortex-m0plus -mthumb

BOARD_BOOT := boards/pico/*.c boards/pico/boot/*.c boards/pico/common/*.c crypto/small.c crypto/p256*.c
BOARD_TREE := pico
BOARD_BOOTLOADER := bootloader-pico
BOARD_KEY := p256
BOARD_CC := $(ARM_GCC) $(PICO_CPU) --specs=nano.specs --specs=nosys.specs
# Of the SDK only its headers of register addresses. A loop in RAM must not become a call of memcpy in flash.
BOARD_CFLAGS := -Os -fno-tree-loop-distribute-patterns -DMBEDTLS_MD5_C $(MBEDTLS_FLAGS) \
	-isystem $(PICO_SDK)/rp2040/hardware_regs/include
BOARD_LDFLAGS := -Os -nostartfiles -T boards/pico/boot/pico.ld
BOARD_MBEDTLS_C := library/md5.c

# ---- its firmware, which is linked for one slot: the factory's ----
BOARD_PERIPH := boards/pico/*.c boards/pico/periph/*.c boards/pico/common/*.c crypto/small.c crypto/p256*.c
CROSS_COMPILE := $(ARM_GCC:%gcc=%)
FIRMWARE_CFLAGS := $(PICO_CPU) --specs=nano.specs -fno-tree-loop-distribute-patterns \
	-DMPZ_DIG_SIZE=16 -DSSIZE_MAX=__INT_MAX__ \
	-DMICROPY_EMIT_THUMB=1 -DMICROPY_EMIT_THUMB_ARMV7M=0 \
	'-DMICROPY_MAKE_POINTER_CALLABLE(p)=((void*)((mp_uint_t)(p)|1))' \
	-DLB_STACK_BYTES=14336 -DLB_PLATFORM='"lifeboat"' -DLB_BOARD_TITLE='"Raspberry Pi Pico with Lifeboat"' \
	-DLB_CPU_NAME='"rp2040"' -isystem $(abspath $(PICO_SDK))/rp2040/hardware_regs/include
FIRMWARE_LDFLAGS := $(PICO_CPU) --specs=nano.specs --specs=nosys.specs -nostartfiles \
	-T $(REPO)/boards/pico/periph/pico.ld -Wl,--defsym=at=0x10010100
FIRMWARE_LIBS = $(MBEDTLS) -lm
BOARD_OBJCOPY = $(ARM_GCC:%gcc=%objcopy)
BOARD_FIRMWARE_VARIABLES = PICO_SDK_DIR=$(abspath $(PICO_SDK_DIR)) ARM_GCC=$(ARM_GCC)
BOARD_SIGN := --header-size 256 --board-id pico
