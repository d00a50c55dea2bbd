# The virtual module: Linux as the CPU, with the hardware as a process beside it. What each line means: docs/porting.md.

VIRTUAL_CRYPTO := $(patsubst %,crypto/%.c,both fast small sodium p256 p256_curve) $(HOST_BLOCKS)
BOARD_BOOT := boards/virtual/*.c boards/virtual/boot/*.c boards/virtual/common/*.c hardware/model/*.c \
	$(VIRTUAL_CRYPTO)
BOARD_PERIPH := boards/virtual/*.c boards/virtual/periph/*.c boards/virtual/common/*.c hardware/model/*.c \
	$(VIRTUAL_CRYPTO)
BOARD_PROCESS := hardware/process/*.c
# With RUNTIME_KEYS=1 it trusts, besides the keys that it was built with, those that its module was made with.
BOARD_RUNTIME_TRUST := boards/virtual/trust/runtime_trust.c

# An image and the bootloader run wherever libc is, so what else they need is linked statically.
BOARD_LIBS := $(call static_lib,sodium) $(call static_lib,z) $(call static_lib,md)

# ---- its firmware ----
BOARD_CPU := $(HOST_CPU)
CPU_CFLAGS_x86_64 := -DMICROPY_EMIT_X64=1
# No emitter for other 64-bit CPUs; and MicroPython has no code of its own to find their registers.
CPU_CFLAGS_aarch64 := -DMICROPY_GCREGS_SETJMP=1

# The scripts have threads; without this line `import _thread` says that there are none, and the image is smaller.
FIRMWARE_THREADS := 1

# Frozen code holds big integers in digits of 16 bits. The host's stack is far larger than what Python may use of it.
FIRMWARE_CFLAGS := -fno-pie -DMPZ_DIG_SIZE=16 $(CPU_CFLAGS_$(BOARD_CPU)) -DLB_STACK_BYTES=131072 \
	-DLB_PLATFORM='"lifeboat"' -DLB_BOARD_TITLE='"Lifeboat virtual module"' -DLB_CPU_NAME='"$(BOARD_CPU)"'
FIRMWARE_LDFLAGS := -no-pie
FIRMWARE_LIBS := $(call static_lib,sodium) $(MBEDTLS) -lm
# ssl, hashlib's further hashes, cryptolib and crypto. The image is 1056 KiB, and 844 KiB without these and threads.
FIRMWARE_TLS := yes
