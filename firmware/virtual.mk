# The virtual module: a program for the machine that compiles it, which needs libc and nothing else.
REPO_C += $(patsubst $(REPO)/%,%,$(wildcard $(REPO)/boards/virtual/periph/*.c $(REPO)/boards/virtual/common/*.c \
	$(REPO)/hardware/model/*.c $(REPO)/crypto/*.c))

CPU := $(firstword $(subst -, ,$(shell $(CC) -dumpmachine)))
CPU_CFLAGS_x86_64 := -DMICROPY_EMIT_X64=1
# No emitter for other 64-bit CPUs; and MicroPython has no code of its own to find their registers.
CPU_CFLAGS_aarch64 := -DMICROPY_GCREGS_SETJMP=1

# Frozen code holds big integers in digits of 16 bits. The host's stack is far larger than what Python may use of it.
BOARD_CFLAGS := -fno-pie -DMPZ_DIG_SIZE=16 $(CPU_CFLAGS_$(CPU)) -DLB_STACK_BYTES=131072 -DLB_PLATFORM='"lifeboat"' \
	-DLB_BOARD_TITLE='"Lifeboat virtual module"' -DLB_CPU_NAME='"$(CPU)"'
BOARD_LDFLAGS := -no-pie
# Linked statically, but for libc.
BOARD_LIBS := $(or $(filter /%,$(shell $(CC) -print-file-name=libsodium.a)),-lsodium) $(MBEDTLS) -lm
include $(REPO)/conf/mbedtls.mk
$(BUILD)/lifeboat/crypto/%.o: CFLAGS += $(MBEDTLS_FLAGS)
